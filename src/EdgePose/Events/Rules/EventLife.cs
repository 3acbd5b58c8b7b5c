using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>Where the event of one rule about one person, or about a number of people, stands. Times are monotonic microseconds.</summary>
internal struct EventLife
{
    /// <summary>When the cause began; <see cref="Instant.Never"/> = there is none.</summary>
    public long Since;
    public long LastTrue;

    /// <summary>When the cause was last decided, either way.</summary>
    public long LastKnown;
    public long LastUpdate;

    /// <summary>End of the cool-down.</summary>
    public long ReadyAt;
    public bool Active;

    /// <summary>Key of the open event.</summary>
    public string Key;

    public static readonly EventLife Fresh = new()
    {
        Since = Instant.Never, LastTrue = Instant.Never, LastKnown = Instant.Never, ReadyAt = Instant.Never, Key = "",
    };
}
