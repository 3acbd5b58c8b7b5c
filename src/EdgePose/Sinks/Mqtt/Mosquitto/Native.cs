using System.Runtime.InteropServices;

namespace EdgePose.Sinks.Mqtt.Mosquitto;

/// <summary>The functions of libmosquitto 2.0 that are used; signatures as in eclipse/mosquitto:include/mosquitto.h and mqtt_protocol.h.</summary>
internal static unsafe partial class Native
{
    public const string Library = "libmosquitto.so.1";

    /// <summary>Options of <see cref="IntOption"/>.</summary>
    public const int OptProtocolVersion = 1, OptTcpNoDelay = 11, OptTlsUseOsCerts = 13;

    public const int Success = 0, NoMemory = 1, ProtocolError = 2, InvalidArgument = 3, NoConnection = 4, ConnectionRefused = 5, ConnectionLost = 7,
        Tls = 8, PayloadSize = 9, Errno = 14, NameLookup = 15, KeepAlive = 19, QosNotSupported = 24, OversizePacket = 25;

    public const int LogWarning = 4, LogError = 8;

    [LibraryImport(Library, EntryPoint = "mosquitto_lib_init")]
    public static partial int LibInit();

    [LibraryImport(Library, EntryPoint = "mosquitto_lib_version")]
    public static partial int LibVersion(out int major, out int minor, out int revision);

    [LibraryImport(Library, EntryPoint = "mosquitto_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint New(string id, [MarshalAs(UnmanagedType.U1)] bool cleanSession, nint userData);

    [LibraryImport(Library, EntryPoint = "mosquitto_destroy")]
    public static partial void Destroy(nint handle);

    [LibraryImport(Library, EntryPoint = "mosquitto_int_option")]
    public static partial int IntOption(nint handle, int option, int value);

    [LibraryImport(Library, EntryPoint = "mosquitto_threaded_set")]
    public static partial int ThreadedSet(nint handle, [MarshalAs(UnmanagedType.U1)] bool threaded);

    [LibraryImport(Library, EntryPoint = "mosquitto_max_inflight_messages_set")]
    public static partial int MaxInFlightSet(nint handle, uint count);

    [LibraryImport(Library, EntryPoint = "mosquitto_username_pw_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UserPasswordSet(nint handle, string user, byte* password);

    [LibraryImport(Library, EntryPoint = "mosquitto_tls_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TlsSet(
        nint handle, string? caFile, string? caPath, string? certFile, string? keyFile,
        delegate* unmanaged[Cdecl]<byte*, int, int, nint, int> keyPassword);

    [LibraryImport(Library, EntryPoint = "mosquitto_tls_opts_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TlsOptsSet(nint handle, int verify, string? version, string? ciphers);

    [LibraryImport(Library, EntryPoint = "mosquitto_tls_insecure_set")]
    public static partial int TlsInsecureSet(nint handle, [MarshalAs(UnmanagedType.U1)] bool insecure);

    [LibraryImport(Library, EntryPoint = "mosquitto_will_set_v5", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WillSet(
        nint handle, string topic, int length, byte* payload, int qos, [MarshalAs(UnmanagedType.U1)] bool retain, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_connect_bind_v5", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Connect(nint handle, string host, int port, int keepAlive, string? bind, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect_v5")]
    public static partial int Disconnect(nint handle, int reason, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_loop", SetLastError = true)]
    public static partial int Loop(nint handle, int timeoutMs, int maxPackets);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish_v5", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Publish(
        nint handle, out int mid, string topic, int length, byte* payload, int qos, [MarshalAs(UnmanagedType.U1)] bool retain, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_subscribe_v5", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Subscribe(nint handle, out int mid, string filter, int qos, int options, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_connect_v5_callback_set")]
    public static partial void OnConnect(nint handle, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect_v5_callback_set")]
    public static partial void OnDisconnect(nint handle, delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish_v5_callback_set")]
    public static partial void OnPublish(nint handle, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_subscribe_v5_callback_set")]
    public static partial void OnSubscribe(nint handle, delegate* unmanaged[Cdecl]<nint, nint, int, int, int*, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_message_v5_callback_set")]
    public static partial void OnMessage(nint handle, delegate* unmanaged[Cdecl]<nint, nint, ReceivedMessage*, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_log_callback_set")]
    public static partial void OnLog(nint handle, delegate* unmanaged[Cdecl]<nint, nint, int, byte*, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_byte")]
    public static partial int PropertyAddByte(ref nint list, int id, byte value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_int16")]
    public static partial int PropertyAddInt16(ref nint list, int id, ushort value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_int32")]
    public static partial int PropertyAddInt32(ref nint list, int id, uint value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_string", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int PropertyAddString(ref nint list, int id, string value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_binary")]
    public static partial int PropertyAddBinary(ref nint list, int id, byte* value, ushort length);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_string_pair", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int PropertyAddStringPair(ref nint list, int id, string name, string value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_read_byte")]
    public static partial nint PropertyReadByte(nint list, int id, out byte value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_read_string")]
    public static partial nint PropertyReadString(nint list, int id, out byte* value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_read_binary")]
    public static partial nint PropertyReadBinary(nint list, int id, out byte* value, out ushort length, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_free_all")]
    public static partial void PropertyFreeAll(ref nint list);

    [LibraryImport(Library, EntryPoint = "mosquitto_strerror")]
    private static partial byte* StrError(int code);

    [LibraryImport(Library, EntryPoint = "mosquitto_reason_string")]
    private static partial byte* ReasonString(int code);

    public static string ErrorText(int code) => Marshal.PtrToStringUTF8((nint)StrError(code))?.TrimEnd('.') ?? "";

    public static string ReasonText(int code) => Marshal.PtrToStringUTF8((nint)ReasonString(code))?.TrimEnd('.') ?? "";

    /// <summary>struct mosquitto_message of a 64-bit build; valid only inside the callback.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ReceivedMessage
    {
        public int Mid;
        public byte* Topic;
        public byte* Payload;
        public int Length;
        public int Qos;
        public byte Retain;
    }
}
