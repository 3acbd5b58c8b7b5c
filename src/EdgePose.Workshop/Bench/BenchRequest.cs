namespace EdgePose.Workshop.Bench;

/// <summary>What <c>edgepose bench</c> was asked for; checked by the command line.</summary>
internal sealed record BenchRequest
{
    public const string Synthetic = "synthetic";

    /// <summary>A clip, played in a loop through ffmpeg, or <see cref="Synthetic"/>: moving shapes made in the process.</summary>
    public required string Source { get; init; }

    /// <summary>Streams of the main run, 1 or more.</summary>
    public required int Streams { get; init; }

    /// <summary>Frames per second that each stream offers.</summary>
    public required double Fps { get; init; }
    public required string Model { get; init; }

    /// <summary>For top-down models; empty = the configuration's default.</summary>
    public string Detector { get; init; } = "";
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Length of the main run, after the warm-up.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Execution provider that must be used, or auto.</summary>
    public string Provider { get; init; } = "auto";

    /// <summary>Threads per network; 0 = one per core.</summary>
    public int Threads { get; init; }

    /// <summary>People that the pose network gets as boxes in each frame; null = those whom the detector finds.</summary>
    public int? People { get; init; }

    /// <summary>Looks for the number of streams that this machine carries.</summary>
    public bool Search { get; init; } = true;

    public bool IsSynthetic => Source == Synthetic;

    /// <summary>The pauses and shares of the phases; the length of a run of the search.</summary>
    public TimeSpan SearchRun => TimeSpan.FromSeconds(Math.Clamp(Duration.TotalSeconds / 2, 1, 15));

    /// <summary>How long the whole pipeline is held against the bare network.</summary>
    public TimeSpan EfficiencyRun => TimeSpan.FromSeconds(Math.Clamp(Duration.TotalSeconds, 1, 60));
}
