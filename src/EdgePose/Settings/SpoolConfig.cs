namespace EdgePose.Settings;

/// <summary>spool: section.</summary>
internal sealed record SpoolConfig
{
    /// <summary>Absolute; empty = the state directory of the service or the user.</summary>
    public string Folder { get; init; } = "";
    public required long MaxBytes { get; init; }
    public required TimeSpan MaxAge { get; init; }
}
