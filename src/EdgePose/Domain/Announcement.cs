namespace EdgePose.Domain;

/// <summary>What can be expected of one stream, for those who show it before anything has happened.</summary>
/// <param name="Stream">Id of the stream.</param>
/// <param name="Zones">Ids of its zones, each a topic of its own.</param>
/// <param name="EventTypes">Types of event that its rules can raise; empty = no events.</param>
internal sealed record Announcement(string Stream, IReadOnlyList<string> Zones, IReadOnlyList<EventType> EventTypes);
