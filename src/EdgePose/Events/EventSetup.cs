using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;

namespace EdgePose.Events;

/// <summary>Everything that an <see cref="EventEngine"/> is told about its stream. References between rules, zones, lines and schedules are right.</summary>
/// <param name="Poses">What is known of the poses.</param>
/// <param name="Shared">What all rules share.</param>
/// <param name="Stream">Zones, lines and rules.</param>
internal sealed record EventSetup(PoseFacts Poses, EventsSettings Shared, StreamRules Stream)
{
    /// <summary>
    /// Rules as they are configured, everything about the poses from the header, so that a recording is judged as it was when it was made.
    /// </summary>
    /// <param name="header">Of the recording, or of one that could be made.</param>
    /// <param name="stream">Whose rules judge; it may be another stream than the one that was recorded.</param>
    /// <param name="shared">What all rules share.</param>
    /// <param name="rules">The rules.</param>
    public static EventSetup Of(RecordingHeader header, string stream, EventsSettings shared, StreamRules rules) =>
        new(header.Poses(stream), shared, rules);
}
