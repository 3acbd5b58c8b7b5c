using EdgePose.Domain;

namespace EdgePose.Sinks.HomeAssistant;

/// <summary>What Home Assistant is told of one stream.</summary>
/// <param name="Stream">Id of the stream.</param>
/// <param name="Zones">Ids of its zones, each a topic of its own.</param>
/// <param name="EventTypes">Types of event that its rules can raise; empty = no events.</param>
internal sealed record Announcement(string Stream, IReadOnlyList<string> Zones, IReadOnlyList<EventType> EventTypes);
