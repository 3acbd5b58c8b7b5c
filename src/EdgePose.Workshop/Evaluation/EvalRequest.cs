namespace EdgePose.Workshop.Evaluation;

internal enum EvalProfile { Fast, Accurate }

/// <summary>The networks to evaluate and how they run.</summary>
internal sealed record EvalModelOptions
{
    public required string Model { get; init; }

    /// <summary>Person detector of top-down models; empty for bottom-up ones.</summary>
    public string Detector { get; init; } = "";
    public IReadOnlyList<string> Folders { get; init; } = [];
    public required EvalProfile Profile { get; init; }

    /// <summary>Second run on the mirrored picture; bottom-up models only.</summary>
    public bool Flip { get; init; }

    /// <summary>Fill missing joints; null = as the profile does.</summary>
    public bool? Refine { get; init; }

    /// <summary>Short side of bottom-up inputs in pixels; 0 = the model's own.</summary>
    public int ShortSide { get; init; }

    /// <summary>Execution provider; auto = the best that starts.</summary>
    public string Provider { get; init; } = "auto";

    /// <summary>Intra-op threads; 0 = one per core.</summary>
    public int Threads { get; init; }
}

/// <summary>Accuracy on pictures.</summary>
internal sealed record DatasetRequest
{
    public required string Annotations { get; init; }

    /// <summary>Folder of the pictures.</summary>
    public required string Images { get; init; }
    public required EvalModelOptions Models { get; init; }

    /// <summary>Top-down models: crop at the annotated boxes, whose score is 1.</summary>
    public bool TruthBoxes { get; init; }

    /// <summary>Only the first pictures by id; 0 = all.</summary>
    public int Subset { get; init; }

    /// <summary>Where to write the detections in COCO's results form; empty = nowhere.</summary>
    public string Detections { get; init; } = "";
}

/// <summary>Tracking figures of a stream of the daemon on a clip.</summary>
internal sealed record ClipRequest
{
    public required string Clip { get; init; }

    /// <summary>COCO key-point file with track_id.</summary>
    public required string Truth { get; init; }

    /// <summary>The daemon's configuration; empty = its defaults.</summary>
    public string ConfigPath { get; init; } = "";

    /// <summary>Whose settings; empty = the only stream.</summary>
    public string Stream { get; init; } = "";

    /// <summary><c>key=value</c> pairs that win over the configuration, and keys of the stream that win over both.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];
    public IReadOnlyList<(string Key, string Value)> StreamKeys { get; init; } = [];

    /// <summary>Folders with models, before those of the configuration.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Frames per second that are processed; 0 = all, null = as the stream says.</summary>
    public double? Fps { get; init; }

    /// <summary>Rung of the load ladder; 0 = everything that is configured.</summary>
    public int Rung { get; init; }
}

/// <summary>How far the work is.</summary>
internal readonly record struct EvalProgress(int Done, int Total);
