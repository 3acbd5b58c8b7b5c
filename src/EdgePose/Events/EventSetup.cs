using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;

namespace EdgePose.Events;

/// <summary>Everything that an <see cref="EventEngine"/> is told about its stream. References between rules, zones, lines and schedules are right.</summary>
/// <param name="Poses">What is known of the poses.</param>
/// <param name="Shared">What all rules share.</param>
/// <param name="Stream">Zones, lines and rules.</param>
internal sealed record EventSetup(PoseFacts Poses, EventsSettings Shared, StreamRules Stream);
