using System.ComponentModel;

namespace EdgePose.Sinks.Mqtt.Mosquitto;

/// <summary>Turns the library's codes into a state and a reason that says what to do.</summary>
internal static class Reasons
{
    private const int RefusedByHost = 111, TimedOut = 110, NoRoute = 113, NetworkUnreachable = 101;

    /// <summary>CONNECT was answered with a refusal: reason codes of MQTT 5, return codes 1 to 5 of MQTT 3.1.1.</summary>
    public static BrokerStatus FromConnack(int code, MqttOptions options) => code switch
    {
        0x84 or 1 => new(BrokerState.Refused, $"the broker does not speak MQTT {(options.Version == MqttVersion.V5 ? "5; set the protocol to 3.1.1" : "3.1.1")}"),
        0x85 or 2 => new(BrokerState.Refused, $"the broker refuses the client id '{options.ClientId}'"),
        0x88 or 3 => new(BrokerState.Refused, "the broker is not available"),
        0x86 or 4 => new(BrokerState.BadCredentials, $"bad user name or password{AsUser(options)}"),
        0x87 or 5 => new(BrokerState.NotAuthorised, $"not authorised{AsUser(options)}: check user, password and the broker's access list"),
        _ => new(BrokerState.Refused, Text(code)),
    };

    /// <summary>The broker ended the connection with DISCONNECT (MQTT 5 only).</summary>
    public static BrokerStatus FromServerDisconnect(int code, MqttOptions options) => code switch
    {
        0x8E => new(BrokerState.TakenOver, $"another client connected with the client id '{options.ClientId}'"),
        0x87 => new(BrokerState.NotAuthorised, $"not authorised{AsUser(options)}"),
        _ => new(BrokerState.Lost, $"the broker ended the connection: {Text(code)}"),
    };

    /// <summary>A failed call before CONNACK.</summary>
    public static BrokerStatus FromConnect(int rc, int errno, MqttOptions options)
    {
        var where = $"{options.Host}:{options.Port}";
        return (rc, errno) switch
        {
            (Native.Errno, RefusedByHost) => new(BrokerState.Refused, $"{where} refuses the connection: is the broker running?"),
            (Native.Errno, TimedOut) => new(BrokerState.Unreachable, $"{where} does not answer"),
            (Native.Errno, NoRoute or NetworkUnreachable) => new(BrokerState.Unreachable, $"there is no route to {options.Host}"),
            (Native.Errno, _) => new(BrokerState.Unreachable, $"{where}: {Errno(errno)}"),
            (Native.NameLookup, _) => new(BrokerState.Unreachable, $"the host name '{options.Host}' is not known"),
            (Native.InvalidArgument, _) => new(BrokerState.Refused, InvalidArgument),
            (Native.Tls, _) => new(BrokerState.TlsError, "the TLS handshake failed"),
            (Native.ConnectionLost or Native.NoConnection, _) => new(BrokerState.Refused, $"{where} closed the connection before answering"),
            _ => new(BrokerState.Refused, $"{where}: {Native.ErrorText(rc)}"),
        };
    }

    /// <summary>A failed call after CONNACK.</summary>
    public static BrokerStatus FromLoop(int rc, int errno) => rc switch
    {
        Native.KeepAlive => new(BrokerState.Lost, "no answer within the keep-alive time"),
        Native.Errno => new(BrokerState.Lost, $"connection lost: {Errno(errno)}"),
        Native.InvalidArgument => new(BrokerState.Lost, InvalidArgument),
        Native.Tls => new(BrokerState.Lost, "connection lost: TLS error"),
        _ => new(BrokerState.Lost, "connection lost"),
    };

    /// <summary>The answer to a publish or subscribe that never left this machine.</summary>
    public static PublishResult FromCall(int rc) => rc switch
    {
        Native.NoConnection or Native.ConnectionLost => PublishResult.NotConnected,
        Native.QosNotSupported => new(PublishOutcome.Invalid, 0x9B, "the broker does not take this quality of service"),
        Native.OversizePacket or Native.PayloadSize => new(PublishOutcome.Invalid, 0x95, "the message is larger than the broker takes"),
        _ => new(PublishOutcome.Invalid, 0, Native.ErrorText(rc)),
    };

    public static string Text(int code) => $"{Native.ReasonText(code)} (0x{code:X2})";

    // libmosquitto waits with select, whose sets end at descriptor 1023.
    private const string InvalidArgument = "the MQTT library refuses the socket: more than 1023 files are open in this process";

    private static string AsUser(MqttOptions options) => options.User.Length > 0 ? $" for user '{options.User}'" : ", and no user is configured";

    private static string Errno(int errno) => new Win32Exception(errno).Message;
}
