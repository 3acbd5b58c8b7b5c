using System.Runtime.InteropServices;

namespace EdgePose.Sinks.Mqtt.Mosquitto;

/// <summary>MQTT 5 properties to and from the library's own list type. Identifiers are those of MQTT 5.0, table 2-4.</summary>
internal static unsafe class PropertyList
{
    private const int PayloadFormat = 1, MessageExpiry = 2, ContentType = 3, ResponseTopic = 8, CorrelationData = 9, SessionExpiry = 17,
        WillDelay = 24, ReceiveMaximum = 33, RetainAvailable = 37, UserProperty = 38, MaximumPacketSize = 39;

    /// <summary>The list for a publish; 0 when there is nothing to say. Free it with <see cref="Native.PropertyFreeAll"/>.</summary>
    public static nint ForPublish(MqttProperties properties)
    {
        nint list = 0;
        if (properties.Utf8) { Check(Native.PropertyAddByte(ref list, PayloadFormat, 1)); }
        if (properties.Expiry is { } expiry) { Check(Native.PropertyAddInt32(ref list, MessageExpiry, Seconds(expiry))); }
        if (properties.ContentType.Length > 0) { Check(Native.PropertyAddString(ref list, ContentType, properties.ContentType)); }
        if (properties.ResponseTopic.Length > 0) { Check(Native.PropertyAddString(ref list, ResponseTopic, properties.ResponseTopic)); }
        if (!properties.CorrelationData.IsEmpty)
        {
            fixed (byte* data = properties.CorrelationData.Span)
            {
                Check(Native.PropertyAddBinary(ref list, CorrelationData, data, checked((ushort)properties.CorrelationData.Length)));
            }
        }
        foreach (var (name, value) in properties.User) { Check(Native.PropertyAddStringPair(ref list, UserProperty, name, value)); }
        return list;
    }

    /// <summary>CONNECT: how much the broker may send, and how long it keeps the session, which is as long as it holds the will back.</summary>
    public static nint ForConnect(TimeSpan sessionExpiry, ushort receiveMaximum, uint maximumPacketSize)
    {
        nint list = 0;
        if (sessionExpiry > TimeSpan.Zero) { Check(Native.PropertyAddInt32(ref list, SessionExpiry, Seconds(sessionExpiry))); }
        Check(Native.PropertyAddInt16(ref list, ReceiveMaximum, receiveMaximum));
        Check(Native.PropertyAddInt32(ref list, MaximumPacketSize, maximumPacketSize));
        return list;
    }

    public static nint ForWill(TimeSpan delay)
    {
        nint list = 0;
        if (delay > TimeSpan.Zero) { Check(Native.PropertyAddInt32(ref list, WillDelay, Seconds(delay))); }
        return list;
    }

    /// <summary>False when CONNACK says that the broker has no retained messages: the library then clears the flag without a word.</summary>
    public static bool HasRetain(nint connack) => Native.PropertyReadByte(connack, RetainAvailable, out var value, false) == 0 || value != 0;

    /// <summary>What a received message needs for a reply.</summary>
    public static MqttProperties Read(nint list)
    {
        if (list == 0) { return MqttProperties.None; }
        return new MqttProperties
        {
            ContentType = ReadString(list, ContentType), ResponseTopic = ReadString(list, ResponseTopic), CorrelationData = ReadCorrelation(list),
        };
    }

    private static string ReadString(nint list, int id)
    {
        if (Native.PropertyReadString(list, id, out var text, false) == 0 || text is null) { return ""; }
        var value = Marshal.PtrToStringUTF8((nint)text) ?? "";
        // The library gives a copy from malloc.
        NativeMemory.Free(text);
        return value;
    }

    private static byte[] ReadCorrelation(nint list)
    {
        if (Native.PropertyReadBinary(list, CorrelationData, out var data, out var length, false) == 0 || data is null) { return []; }
        var value = new ReadOnlySpan<byte>(data, length).ToArray();
        NativeMemory.Free(data);
        return value;
    }

    private static uint Seconds(TimeSpan span) => (uint)Math.Clamp(Math.Ceiling(span.TotalSeconds), 0, uint.MaxValue);

    private static void Check(int rc)
    {
        if (rc != Native.Success) { throw new ArgumentException($"libmosquitto refuses an MQTT property: {Native.ErrorText(rc)}"); }
    }
}
