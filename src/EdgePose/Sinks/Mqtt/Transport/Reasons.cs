using System.Net.Sockets;
using System.Security.Authentication;
using MQTTnet.Exceptions;

namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>Turns codes and failures into a state and a reason that says what to do.</summary>
internal static class Reasons
{
    /// <summary>CONNECT was answered with a refusal; return codes of MQTT 3.1.1 arrive here as those of MQTT 5.</summary>
    public static BrokerStatus FromConnack(int code, MqttSettings options) => Refusal(code, options) with { Code = code };

    private static BrokerStatus Refusal(int code, MqttSettings options) => code switch
    {
        // A broker that knows no MQTT 5 answers it with a return code of 3.1.1.
        0x84 or 0x01 when options.Version == MqttVersion.V5 =>
            new(BrokerState.Refused, "the broker does not speak MQTT 5; set the protocol to 3.1.1"),
        0x84 => new(BrokerState.Refused, "the broker does not speak MQTT 3.1.1"),
        0x85 => new(BrokerState.Refused, $"the broker refuses the client id '{options.ClientId}'"),
        0x88 => new(BrokerState.Refused, "the broker is not available"),
        0x86 => new(BrokerState.BadCredentials, $"bad user name or password{AsUser(options)}"),
        0x87 => new(BrokerState.NotAuthorised, $"not authorised{AsUser(options)}: check user, password and the broker's access list"),
        _ => new(BrokerState.Refused, Text(code)),
    };

    /// <summary>The broker ended the connection with DISCONNECT (MQTT 5 only).</summary>
    public static BrokerStatus FromServerDisconnect(int code, MqttSettings options) => End(code, options) with { Code = code };

    private static BrokerStatus End(int code, MqttSettings options) => code switch
    {
        0x8E => new(BrokerState.TakenOver, $"another client connected with the client id '{options.ClientId}'"),
        0x87 => new(BrokerState.NotAuthorised, $"not authorised{AsUser(options)}"),
        _ => new(BrokerState.Lost, $"the broker ended the connection: {Text(code)}"),
    };

    /// <summary>There is no stream to the broker.</summary>
    public static BrokerStatus FromOpening(Exception failure, MqttSettings options, TlsHandshake? tls)
    {
        if (tls?.Refusal is { } refusal) { return new(BrokerState.TlsError, refusal); }
        if (Find<SocketException>(failure) is { } socket && tls?.ValidUntil is null) { return FromSocket(socket, options); }
        if (tls is not null) { return FromTls(failure, options, tls); }
        return new(BrokerState.Refused, $"{Where(options)} closed the connection before answering");
    }

    /// <summary>The stream was open and ended before the answer to CONNECT.</summary>
    public static BrokerStatus FromConnecting(Exception failure, MqttSettings options, TlsHandshake? tls)
    {
        // Under TLS 1.3 the broker judges our certificate after the handshake: its refusal is the first thing that can be read.
        if (tls is { IsCertificateMissing: true } || Find<AuthenticationException>(failure) is not null || IsAlert(failure))
        {
            return FromTls(failure, options, tls);
        }
        if (NotMqtt(failure) is { } why)
        {
            // An answer in the form of MQTT 3.1.1 is none in that of MQTT 5.
            return new(BrokerState.Refused, $"{Where(options)} does not answer with MQTT: {why}") { IsUnanswered = true };
        }
        var hint = options.Version == MqttVersion.V5 ? ": if it does not speak MQTT 5, set the protocol to 3.1.1" : "";
        return new(BrokerState.Refused, $"{Where(options)} closed the connection before answering{hint}") { IsUnanswered = true };
    }

    public static BrokerStatus NoConnack(MqttSettings options) => new(BrokerState.Unreachable, $"{Where(options)} does not answer CONNECT");

    public static BrokerStatus HandshakeTooLong(MqttSettings options) => new(
        BrokerState.Unreachable,
        $"{Where(options)} takes the connection and does not answer {(options.Tls ? "the TLS handshake" : "the WebSocket request")}");

    public static BrokerStatus NoWebSocket(int code, string path, MqttSettings options) => new(
        BrokerState.Refused, $"{Where(options)} answers the WebSocket request for {path} with HTTP {code}: are port and path right?");

    /// <summary>A failure after CONNACK.</summary>
    public static BrokerStatus FromLoss(Exception? failure) => failure switch
    {
        null => new(BrokerState.Lost, "the broker closed the connection"),
        _ when Find<SocketException>(failure) is { } socket => new(BrokerState.Lost, $"connection lost: {socket.Message}"),
        _ when Find<MqttCommunicationTimedOutException>(failure) is not null => KeepAlive,
        _ when NotMqtt(failure) is { } why => new(BrokerState.Lost, $"the broker sends what is not MQTT: {why}"),
        _ => new(BrokerState.Lost, "connection lost"),
    };

    public static readonly BrokerStatus KeepAlive = new(BrokerState.Lost, "no answer within the keep-alive time");
    public static readonly BrokerStatus NoAnswers = new(BrokerState.Lost, "the broker does not acknowledge");

    public static readonly PublishResult QosTooHigh = new(PublishOutcome.Invalid, 0x9B, "the broker does not take this quality of service");
    public static readonly PublishResult TooLarge = new(PublishOutcome.Invalid, 0x95, "the message is larger than the broker takes");
    public static readonly PublishResult BadTopic =
        new(PublishOutcome.Invalid, 0x90, "a topic to publish to has no + or #, and is not empty");

    public static string Text(int code) => $"{Name(code)} (0x{code:X2})";

    /// <summary>MQTT 5.0, table 2-6: those that end something.</summary>
    private static string Name(int code) => code switch
    {
        0x80 => "Unspecified error",
        0x81 => "Malformed Packet",
        0x82 => "Protocol Error",
        0x83 => "Implementation specific error",
        0x87 => "Not authorized",
        0x88 => "Server unavailable",
        0x89 => "Server busy",
        0x8A => "Banned",
        0x8B => "Server shutting down",
        0x8C => "Bad authentication method",
        0x8D => "Keep Alive timeout",
        0x8E => "Session taken over",
        0x8F => "Topic Filter invalid",
        0x90 => "Topic Name invalid",
        0x91 => "Packet Identifier in use",
        0x92 => "Packet Identifier not found",
        0x93 => "Receive Maximum exceeded",
        0x94 => "Topic Alias invalid",
        0x95 => "Packet too large",
        0x96 => "Message rate too high",
        0x97 => "Quota exceeded",
        0x98 => "Administrative action",
        0x99 => "Payload format invalid",
        0x9A => "Retain not supported",
        0x9B => "QoS not supported",
        0x9C => "Use another server",
        0x9D => "Server moved",
        0x9E => "Shared Subscriptions not supported",
        0x9F => "Connection rate exceeded",
        0xA0 => "Maximum connect time",
        0xA1 => "Subscription Identifiers not supported",
        0xA2 => "Wildcard Subscriptions not supported",
        _ => "Unknown reason",
    };

    private static BrokerStatus FromSocket(SocketException failure, MqttSettings options) => failure.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => new(BrokerState.Refused, $"{Where(options)} refuses the connection: is the broker running?"),
        SocketError.TimedOut => new(BrokerState.Unreachable, $"{Where(options)} does not answer"),
        SocketError.HostUnreachable or SocketError.NetworkUnreachable =>
            new(BrokerState.Unreachable, $"there is no route to {options.Host}"),
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain =>
            new(BrokerState.Unreachable, $"the host name '{options.Host}' is not known"),
        SocketError.ConnectionReset => new(BrokerState.Refused, $"{Where(options)} closed the connection before answering"),
        _ => new(BrokerState.Unreachable, $"{Where(options)}: {failure.Message}"),
    };

    private static BrokerStatus FromTls(Exception failure, MqttSettings options, TlsHandshake? tls)
    {
        if (tls is { IsCertificateMissing: true })
        {
            const string Text = "the broker demands a client certificate, and none is configured: set its certificate and key files";
            return new(BrokerState.TlsError, Text);
        }
        if (options.CertFile.Length > 0 && tls?.ValidUntil is not null)
        {
            var why = Deepest(failure);
            return new(BrokerState.TlsError, $"the broker does not accept the client certificate in {options.CertFile}: {why}");
        }
        return new(BrokerState.TlsError, tls?.ValidUntil is null
            ? "the port does not answer with TLS 1.2 or newer"
            : $"the broker breaks off the TLS handshake: {Deepest(failure)}");
    }

    /// <summary>A TLS alert that arrives with the first data is an error of reading, with OpenSSL's text inside.</summary>
    private static bool IsAlert(Exception failure) =>
        failure.InnerException is { } inner && (inner.Message.Contains("alert", StringComparison.OrdinalIgnoreCase) || IsAlert(inner));

    private static string? NotMqtt(Exception? failure) =>
        Find<InvalidDataException>(failure)?.Message ?? Find<MqttProtocolViolationException>(failure)?.Message;

    private static string Deepest(Exception failure) => failure.InnerException is { } inner ? Deepest(inner) : failure.Message;

    private static T? Find<T>(Exception? failure) where T : Exception =>
        failure as T ?? (failure?.InnerException is { } inner ? Find<T>(inner) : null);

    private static string Where(MqttSettings options) => $"{options.Host}:{options.Port}";

    private static string AsUser(MqttSettings options) =>
        options.User.Length > 0 ? $" for user '{options.User}'" : ", and no user is configured";
}
