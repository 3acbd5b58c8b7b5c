using EdgePose.Delivery.Spool;
using EdgePose.Settings;

namespace EdgePose.Delivery;

/// <summary>What delivery needs to know whatever sinks there are.</summary>
internal sealed record OutboxSettings
{
    public static readonly Doc About = "Pose messages.";

    public required string Node { get; init; }

    /// <summary>Pose messages per second and stream; 0 switches them off. People are counted either way.</summary>
    public required double MaxRate { get; init; }

    /// <summary>Pose messages waiting for a sink; the oldest goes when it is full.</summary>
    public int QueueCapacity { get; init; } = 64;

    /// <summary>Where events wait for those sinks that keep them; not owned. Null = they wait nowhere.</summary>
    public DurableSpool? Spool { get; init; }

    /// <summary>Who reads the spool beside the sinks.</summary>
    public IReadOnlyList<string> OtherReaders { get; init; } = [];

    /// <summary>How long the spool keeps an event.</summary>
    public TimeSpan SpoolRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Names this run in event ids where there is no spool.</summary>
    public string Boot { get; init; } = "0000";

    /// <summary>Each step of a stop: what is queued, the events on their way, the offline values, the sink's own leave.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <param name="s">The section <c>poses</c>.</param>
    /// <param name="node">Name of this machine.</param>
    /// <param name="spoolRetention">As the section <c>spool</c> says.</param>
    public static OutboxSettings Read(Section s, string node, TimeSpan spoolRetention)
    {
        var settings = new OutboxSettings
        {
            Node = node, SpoolRetention = spoolRetention,
            MaxRate = s.Rate("max_rate", 10, 0.01, 240, "none", "Pose messages per second and stream. 0 switches them off; people are counted either way."),
        };
        s.Done();
        return settings;
    }
}
