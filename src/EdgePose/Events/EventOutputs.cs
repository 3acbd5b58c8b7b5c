using EdgePose.Domain;
using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;

namespace EdgePose.Events;

/// <summary>A new number of people in a zone.</summary>
internal readonly record struct ZoneCount(string Stream, string Zone, int People);

/// <summary>Where the events of all streams go. Both are called on the inference thread or a supervisor's, for one stream at a time, and must not wait.</summary>
internal sealed record EventOutputs
{
    public Action<PoseEvent> Raise { get; init; } = static _ => { };
    public Action<ZoneCount> Count { get; init; } = static _ => { };

    /// <summary>Takes the scenes instead of a recorder; null = record as configured.</summary>
    public Func<RecordingHeader, ISceneSink>? Tap { get; init; }
}
