namespace EdgePose.Events.Rules;

/// <summary>Why an event ended other than by itself.</summary>
internal static class EndReason
{
    public const string TrackLost = "track_lost";
    public const string StreamLost = "stream_lost";
    public const string Stopped = "stopped";
}
