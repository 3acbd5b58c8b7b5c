using EdgePose.Workshop.Evaluation.Keypoints;
using EdgePose.Workshop.Evaluation.Tracks;

namespace EdgePose.Workshop.Evaluation;

/// <summary>A network that took part.</summary>
internal sealed record ModelUse(string Name, string Sha256, string Provider, IReadOnlyList<string> Fallbacks);

/// <summary>Figures of one part of the body, or of all joints; -1 where nobody counts. The last three only for CrowdPose.</summary>
internal sealed record KeypointFigures(
    string Name, int Joints, double Ap, double Ap50, double Ap75, double? ApMedium, double? ApLarge, double Ar, double Ar50, double Ar75,
    double? ArMedium, double? ArLarge, double? ApEasy, double? ApMiddling, double? ApHard)
{
    public static KeypointFigures Of(KeypointTask task, IReadOnlyList<EvalImage> images)
    {
        var s = KeypointScores.Of(images);
        // CrowdPose has no areas, so that its sizes mean nothing.
        if (task.Name != "crowd")
        {
            return new KeypointFigures(task.Name, task.Joints.Count, s.Ap, s.Ap50, s.Ap75, s.ApMedium, s.ApLarge, s.Ar, s.Ar50, s.Ar75, s.ArMedium, s.ArLarge, null, null, null);
        }
        var c = CrowdScores.Of(images);
        return new KeypointFigures(task.Name, task.Joints.Count, s.Ap, s.Ap50, s.Ap75, null, null, s.Ar, s.Ar50, s.Ar75, null, null, c.Easy, c.Medium, c.Hard);
    }
}

/// <summary>Confidence interval of AP by drawing pictures with replacement.</summary>
internal sealed record IntervalFigures(double Low, double High, double Level, int Resamples, int Seed);

/// <summary>Share of labelled joints within <paramref name="Threshold"/> x size of their place.</summary>
internal sealed record PckFigures(double Threshold, string Of, double Mean, IReadOnlyDictionary<string, double> Joints);

/// <summary>Result of <c>edgepose eval --dataset</c>.</summary>
internal sealed record KeypointReport
{
    public string Schema { get; init; } = "edgepose.eval.keypoints/1";
    public required string Dataset { get; init; }
    public required string DatasetSha256 { get; init; }
    public required int Images { get; init; }

    /// <summary>People that count: not a crowd, with a labelled joint.</summary>
    public required int People { get; init; }
    public required int Detections { get; init; }

    /// <summary>Joints that were evaluated.</summary>
    public required IReadOnlyList<string> Joints { get; init; }

    /// <summary>What a reader must know before comparing the figures.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>One entry, or six for COCO-WholeBody, the whole body last.</summary>
    public required IReadOnlyList<KeypointFigures> Figures { get; init; }
    public IntervalFigures? ApInterval { get; init; }
    public PckFigures? Pck { get; init; }
    public PckFigures? Pckh { get; init; }
    public RunFigures? Run { get; init; }

    /// <summary>The AP that stands for the whole.</summary>
    public double Ap => Figures[^1].Ap;
}

/// <summary>How the detections were made.</summary>
internal sealed record RunFigures
{
    public required ModelUse Model { get; init; }
    public ModelUse? Detector { get; init; }

    /// <summary>Where the boxes of top-down models come from: detector or gt.</summary>
    public string? Boxes { get; init; }
    public required string Profile { get; init; }
    public bool? Flip { get; init; }
    public bool? Refine { get; init; }
    public int? ShortSide { get; init; }
    public required int Threads { get; init; }
    public required double Seconds { get; init; }
    public required double PerSecond { get; init; }
}

/// <summary>Tracking measures by one similarity.</summary>
internal sealed record TrackFigures(
    string Similarity, int Frames, int People, int Tracks, int TruthBoxes, int TrackBoxes, double Mota, double Motp, double Moda, int Idsw, int Frag,
    int Mt, int Pt, int Ml, int Tp, int Fn, int Fp, double Idf1, double Idp, double Idr, double Hota, double DetA, double AssA, double DetRe,
    double DetPr, double AssRe, double AssPr, double LocA)
{
    public static TrackFigures Of(string similarity, IReadOnlyList<TrackingFrame> frames)
    {
        var s = TrackingScores.Of(frames);
        var (c, i, h) = (s.Clear, s.Identity, s.Hota);
        return new TrackFigures(
            similarity, s.Frames, s.People, s.Tracks, s.TruthBoxes, s.TrackBoxes, c.Mota, c.Motp, c.Moda, c.IdSwitches, c.Fragments, c.MostlyTracked,
            c.PartlyTracked, c.MostlyLost, c.TruePositives, c.FalseNegatives, c.FalsePositives, i.F1, i.Precision, i.Recall, h.Hota, h.DetA, h.AssA,
            h.DetRe, h.DetPr, h.AssRe, h.AssPr, h.LocA);
    }
}

/// <summary>People listed in a clip's frames, by where their poses come from, and runs of the networks for them.</summary>
internal sealed record ListedFigures(int Measured, int Propagated, int Held, long DetectorRuns, long PoseRuns);

/// <summary>Result of <c>edgepose eval --tracking</c> and <c>--mot</c>.</summary>
internal sealed record TrackReport
{
    public string Schema { get; init; } = "edgepose.eval.tracking/1";
    public required string Truth { get; init; }
    public required string TruthSha256 { get; init; }

    /// <summary>The clip, or the file of results.</summary>
    public required string Source { get; init; }

    /// <summary>Whose settings were used; null for files.</summary>
    public string? Stream { get; init; }

    /// <summary>The daemon's configuration and its hash; null without one.</summary>
    public string? Config { get; init; }
    public string? ConfigHash { get; init; }

    /// <summary>What counts.</summary>
    public required string Rules { get; init; }

    /// <summary>Frames per second that were processed; null for files.</summary>
    public double? Fps { get; init; }
    public required IReadOnlyList<TrackFigures> Figures { get; init; }
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Where the listed poses come from; null for files.</summary>
    public ListedFigures? Listed { get; init; }
    public RunFigures? Run { get; init; }
}
