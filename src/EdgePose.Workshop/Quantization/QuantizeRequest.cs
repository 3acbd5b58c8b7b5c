using EdgePose.Domain;
using EdgePose.ModelTools.Quantization.Settings;

namespace EdgePose.Workshop.Quantization;

internal enum PlanKind
{
    /// <summary>As many groups in float as the limits need, found by measuring.</summary>
    Auto,

    /// <summary>Only what target and settings keep in float.</summary>
    None,

    /// <summary>The groups that a file lists.</summary>
    File,
}

/// <summary>What <c>edgepose quantize</c> is asked for.</summary>
internal sealed record QuantizeRequest
{
    /// <summary>Name in the catalogue, or the path of an ONNX file whose descriptor lies beside it.</summary>
    public required string Model { get; init; }
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Folders of pictures and clips.</summary>
    public required IReadOnlyList<string> Calibrate { get; init; }

    /// <summary>Calibration pictures at most.</summary>
    public int Count { get; init; } = 128;

    /// <summary>Settings of the quantizer; the input shape is filled in from <see cref="Size"/>.</summary>
    public required QuantizationSettings Settings { get; init; }

    /// <summary>COCO key-point annotations; empty = compare with the float model's own predictions.</summary>
    public string Annotations { get; init; } = "";

    /// <summary>The pictures of <see cref="Annotations"/>; without annotations folders or clips held out from calibration, empty = a part of the calibration pictures.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Evaluation pictures at most; 0 = all.</summary>
    public int Subset { get; init; }

    /// <summary>Person detector for the crops of top-down models.</summary>
    public string Detector { get; init; } = "centernet-person";

    /// <summary>Evaluate top-down models on the annotated boxes.</summary>
    public bool TruthBoxes { get; init; }
    public QuantizationLimits Limits { get; init; } = QuantizationLimits.Default;

    /// <summary>The smallest sample on which the model may be accepted.</summary>
    public Evidence Evidence { get; init; } = Evidence.Default;
    public PlanKind Plan { get; init; } = PlanKind.Auto;

    /// <summary>Groups of <see cref="PlanKind.File"/>.</summary>
    public IReadOnlyList<string> PlanGroups { get; init; } = [];

    /// <summary>Static input size; null = the descriptor's.</summary>
    public (int Width, int Height)? Size { get; init; }

    /// <summary>The ONNX file to write; its descriptor with the card goes beside it.</summary>
    public required string Out { get; init; }

    /// <summary>Replace other files of the same name.</summary>
    public bool Force { get; init; }
}

/// <summary>How far the work is.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Done">Units finished.</param>
/// <param name="Total">Units of this stage.</param>
internal readonly record struct QuantizeProgress(string Stage, int Done, int Total);
