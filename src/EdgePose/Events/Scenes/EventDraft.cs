using EdgePose.Domain;

namespace EdgePose.Events.Scenes;

/// <summary>The part of an event that its rule knows. <see cref="Duration"/> is in microseconds.</summary>
internal readonly record struct EventDraft(EventType Type, EventPhase Phase, string Rule, string Key, string Reason)
{
    public long Duration { get; init; }
    public string Zone { get; init; } = "";
    public string Line { get; init; } = "";
    public string Direction { get; init; } = "";
    public int? Count { get; init; }
}
