namespace EdgePose.Service.Reloading;

/// <summary>What a reload does to one stream.</summary>
internal enum StreamChange
{
    /// <summary>Nothing: its camera, tracks and open events go on.</summary>
    Untouched,

    /// <summary>Other zones, rules, recording or messages; its camera and tracks go on, and the events of rules that did not change.</summary>
    Adjusted,

    /// <summary>Its source is opened again.</summary>
    Restarted,
    Started,
    Stopped,
}
