namespace EdgePose.Sinks.Mqtt;

/// <summary>What the publisher needs to know beside the transport.</summary>
internal sealed record PublisherOptions
{
    /// <summary>First level(s) of every topic, without the node.</summary>
    public required string Prefix { get; init; }
    public required string Node { get; init; }

    /// <summary>Pose messages per second and stream; 0 switches the topic off. People are counted either way.</summary>
    public required double MaxRate { get; init; }

    /// <summary>Pose messages waiting for the broker; the oldest goes when it is full.</summary>
    public int QueueCapacity { get; init; } = 64;

    /// <summary>Messages handed over and not yet acknowledged.</summary>
    public int Window { get; init; } = 32;
    /// <summary>Commands that may be given over MQTT; none by default.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Prefix of Home Assistant's discovery topics; empty = none are published.</summary>
    public string DiscoveryPrefix { get; init; } = "";
    /// <summary>Where events wait for the broker; not owned. Null = they are handed to the transport at once and kept nowhere.</summary>
    public Delivery.Spool.DurableSpool? Spool { get; init; }

    /// <summary>How long the spool keeps an event.</summary>
    public TimeSpan SpoolRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Names this run in event ids where there is no spool.</summary>
    public string Boot { get; init; } = "0000";
    public Events.EventEnvelope Envelope { get; init; }
    public Events.EventDialects Dialects { get; init; }

    /// <summary>Protocol of the transport, which decides how CloudEvents are wrapped.</summary>
    public MqttVersion Version { get; init; } = MqttVersion.V5;
    public TimeSpan WillDelay { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan PosesExpiry { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan PeopleInterval { get; init; } = TimeSpan.FromSeconds(1);
    public TimeSpan StatusInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Least time between two stream states that differ only in their figures.</summary>
    public TimeSpan CountersInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Each of the two waits of a stop: for what is queued, and for the acknowledgement of the offline messages.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>
/// Accounting of the publisher. Of the pose messages, offered = published + not_connected + queue_full + rate_limited + refused +
/// failed + those still queued or in flight; retained messages count in <paramref name="Published"/> and <paramref name="Refused"/>.
/// </summary>
/// <param name="Published">Acknowledged (QoS 1) or written (QoS 0).</param>
/// <param name="NotConnected">Poses discarded because there was no connection.</param>
/// <param name="QueueFull">Poses discarded because newer ones arrived faster than the broker took them.</param>
/// <param name="RateLimited">Poses left out by the rate limit.</param>
/// <param name="Refused">Messages refused by the broker.</param>
/// <param name="Failed">Poses lost with a connection or never sendable.</param>
/// <param name="Connected">Whether the broker is there now.</param>
/// <param name="Reconnects">Connections after the first.</param>
/// <param name="LastError">Redacted; empty when nothing ever went wrong.</param>
internal sealed record PublisherStats(
    long Published, long NotConnected, long QueueFull, long RateLimited, long Refused, long Failed, bool Connected, int Reconnects, string LastError);
