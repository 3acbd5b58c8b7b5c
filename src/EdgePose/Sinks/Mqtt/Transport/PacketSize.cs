using System.Text;

namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>Length of PUBLISH on the wire (MQTT 5.0, 3.3). The client library does not obey the broker's Maximum Packet Size.</summary>
internal static class PacketSize
{
    /// <summary>The longest packet that the protocol can express.</summary>
    public const long Protocol = 268_435_455 + 5;

    private const int LongestString = 65_535;

    /// <summary>Null when a part is too long to be written at all.</summary>
    public static long? Of(in MqttMessage message, MqttVersion version)
    {
        var topic = Encoding.UTF8.GetByteCount(message.Topic);
        if (topic > LongestString) { return null; }
        long rest = 2 + topic + (message.Qos == MqttQos.AtMostOnce ? 0 : 2) + message.Payload.Length;
        if (version == MqttVersion.V5)
        {
            if (OfProperties(message.Properties) is not { } properties) { return null; }
            rest += Prefix(properties) + properties;
        }
        return 1 + Prefix(rest) + rest;
    }

    private static long? OfProperties(MqttProperties properties)
    {
        long length = (properties.Utf8 ? 2 : 0) + (properties.Expiry is null ? 0 : 5);
        if (!properties.CorrelationData.IsEmpty)
        {
            if (properties.CorrelationData.Length > LongestString) { return null; }
            length += 3 + properties.CorrelationData.Length;
        }
        foreach (var text in (ReadOnlySpan<string>)[properties.ContentType, properties.ResponseTopic])
        {
            if (text.Length == 0) { continue; }
            var bytes = Encoding.UTF8.GetByteCount(text);
            if (bytes > LongestString) { return null; }
            length += 3 + bytes;
        }
        foreach (var (name, value) in properties.User)
        {
            var (left, right) = (Encoding.UTF8.GetByteCount(name), Encoding.UTF8.GetByteCount(value));
            if (left > LongestString || right > LongestString) { return null; }
            length += 5 + left + right;
        }
        return length;
    }

    /// <summary>Bytes of a length that is written in sevens of bits.</summary>
    private static int Prefix(long length) => length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4;
}
