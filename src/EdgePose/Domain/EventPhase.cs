using System.Diagnostics;

namespace EdgePose.Domain;

/// <summary>Where an event stands in its life. All messages of one event carry the same <see cref="PoseEvent.Key"/>.</summary>
internal enum EventPhase { Start, Update, End }

internal static class EventPhases
{
    /// <summary>Name on the wire.</summary>
    public static string Name(this EventPhase phase) => phase switch
    {
        EventPhase.Start => "start",
        EventPhase.Update => "update",
        EventPhase.End => "end",
        _ => throw new UnreachableException($"phase {phase}"),
    };
}
