namespace EdgePose.Sinks.Mqtt;

/// <summary>How things stand with the broker.</summary>
internal enum BrokerState
{
    Connecting, Connected,

    /// <summary>No such host, no route, or no answer.</summary>
    Unreachable,

    /// <summary>The host refuses the connection, or the broker answers CONNECT with a reason not named below.</summary>
    Refused,

    /// <summary>Bad user name or password.</summary>
    BadCredentials,

    /// <summary>Not authorised; some common brokers say this for a wrong password too.</summary>
    NotAuthorised,

    /// <summary>No TLS connection could be made; the reason says why.</summary>
    TlsError,

    /// <summary>Another client took over the client id.</summary>
    TakenOver,

    /// <summary>The connection was up and ended.</summary>
    Lost,

    /// <summary>Ended on request, or an output that cannot come back.</summary>
    Closed,
}

/// <summary>State and, while it is not <see cref="BrokerState.Connected"/>, the reason for people.</summary>
internal sealed record BrokerStatus(BrokerState State, string Reason)
{
    public static readonly BrokerStatus Connecting = new(BrokerState.Connecting, "");
    public static readonly BrokerStatus Connected = new(BrokerState.Connected, "");
    public static readonly BrokerStatus Closed = new(BrokerState.Closed, "");

    /// <summary>End of validity of the broker's certificate, from the handshake of this connection; null without TLS.</summary>
    public DateTimeOffset? CertificateUntil { get; init; }

    /// <summary>The broker's reason code for a refusal or an end; 0 when it gave none.</summary>
    public int Code { get; init; }

    /// <summary>The connection was open, and the broker ended it before it had answered CONNECT.</summary>
    public bool IsUnanswered { get; init; }

    public bool IsConnected => State == BrokerState.Connected;
}
