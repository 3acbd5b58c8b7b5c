namespace EdgePose.Workshop.Demo;

/// <summary>What the demo plays, with which networks, and for how long.</summary>
internal sealed record DemoOptions
{
    public required int Seconds { get; init; }
    public required string Clip { get; init; }
    public required string Model { get; init; }

    /// <summary>Empty for bottom-up models.</summary>
    public required string Detector { get; init; }
    public required string Profile { get; init; }
    public required IReadOnlyList<string> ModelFolders { get; init; }
    public required double Fps { get; init; }
    public required string Picture { get; init; }

    /// <summary>Plays the file itself instead of serving it over RTSP.</summary>
    public required bool NoRtsp { get; init; }
}
