using EdgePose.Domain;

namespace EdgePose.Delivery;

/// <summary>What can be expected of one stream, for those who show it before anything has happened.</summary>
/// <param name="Stream">Id of the stream.</param>
/// <param name="Zones">Ids of its zones, each a number of its own.</param>
/// <param name="EventTypes">Types of event that it can raise; empty = no events.</param>
internal sealed record Announcement(string Stream, IReadOnlyList<string> Zones, IReadOnlyList<EventType> EventTypes)
{
    /// <summary>False for a stream that is in the configuration without being opened: of it only the state is told.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Rules whose events last, each a number of its own.</summary>
    public IReadOnlyList<AnnouncedRule> Rules { get; init; } = [];

    /// <summary>Joint layout of its poses; null = no pose of it leaves the machine.</summary>
    public Skeleton? Skeleton { get; init; }
}

/// <summary>A rule whose events last from a start to an end.</summary>
/// <param name="Name">As in the configuration.</param>
/// <param name="State">How it is shown that one of its events is open; null = it is not.</param>
internal sealed record AnnouncedRule(string Name, EventState? State);
