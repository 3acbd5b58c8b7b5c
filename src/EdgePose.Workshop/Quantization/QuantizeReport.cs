using EdgePose.Domain;
using EdgePose.ModelTools.Quantization;
using EdgePose.Service;

namespace EdgePose.Workshop.Quantization;

/// <summary>The pictures that gave the ranges.</summary>
/// <param name="Sha256">Of the set, see <see cref="Pictures.PixelHash.OfSet"/>.</param>
/// <param name="From">Names of the folders and clips.</param>
/// <param name="Pictures">Different pictures.</param>
/// <param name="Inputs">Inputs of the network: crops for top-down models.</param>
internal sealed record CalibrationFigures(string Sha256, IReadOnlyList<string> From, int Pictures, int Inputs);

/// <summary>How alike the float model's people are to those of another run. All but the counts are weighted by score.</summary>
/// <param name="After">What made the other run another one.</param>
/// <param name="Similarity">Mean OKS of the people whom both found, or F1 of boxes at IoU .5.</param>
/// <param name="Missed">Share of the float model's people whom the other did not find.</param>
/// <param name="Extra">People whom only the other found, as a share of the float model's.</param>
/// <param name="People">The float model's people.</param>
/// <param name="MissedPeople">Of these, those who were missed.</param>
/// <param name="ExtraPeople">People whom only the other found.</param>
internal sealed record LikenessFigures(string After, double Similarity, double Missed, double Extra, int People, int MissedPeople, int ExtraPeople);

/// <summary>What was measured against the float model.</summary>
internal sealed record EvaluationFigures
{
    /// <summary>What decides: ap, box_ap, oks or boxes.</summary>
    public required string Measure { get; init; }

    /// <summary>Hash of the set of pictures.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Hash of the annotations; null without.</summary>
    public string? AnnotationsSha256 { get; init; }
    public required int Pictures { get; init; }

    /// <summary>Inputs of the network: pictures, or crops for a top-down model.</summary>
    public required int Inputs { get; init; }
    public required int People { get; init; }

    /// <summary>gt or the detector's name for top-down models.</summary>
    public string? Boxes { get; init; }
    public double? ApFloat { get; init; }
    public double? ApQuantized { get; init; }

    /// <summary>Points of AP lost; negative for a gain.</summary>
    public double? ApLoss { get; init; }

    /// <summary>95 % interval of <see cref="ApLoss"/> over draws of the pictures: what so few pictures can say.</summary>
    public double? ApLossLow { get; init; }
    public double? ApLossHigh { get; init; }

    /// <summary>AP with the float model's predictions as truth.</summary>
    public required double ApAgainstFloat { get; init; }

    /// <summary>0..1: 1 less what the model differs from its float model more than harmless changes make that one differ from itself.</summary>
    public required double Agreement { get; init; }

    /// <summary>95 % interval of <see cref="Agreement"/> over draws of the pictures.</summary>
    public double? AgreementLow { get; init; }
    public double? AgreementHigh { get; init; }

    /// <summary>What the agreement is made of.</summary>
    public required LikenessFigures Likeness { get; init; }

    /// <summary>The same of the float model after each harmless change of the pictures.</summary>
    public IReadOnlyList<LikenessFigures> Harmless { get; init; } = [];
    public double? MeanShiftPx { get; init; }
    public double? MedianShiftPx { get; init; }
    public double? SqnrDb { get; init; }
}

/// <summary>Speed on this machine.</summary>
/// <param name="Provider">Execution provider that ran both.</param>
/// <param name="IsTarget">False when the target's provider is not there, so that the ratio says nothing about it.</param>
/// <param name="Processor">Instruction sets that int8 depends on.</param>
/// <param name="Figures">One entry for each thread count.</param>
internal sealed record SpeedReport(string Provider, bool IsTarget, IReadOnlyList<string> Processor, IReadOnlyList<SpeedFigures> Figures)
{
    /// <summary>Version of ONNX Runtime: another one has other kernels, and so another ratio.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>Shape of the input that both got.</summary>
    public IReadOnlyList<long> Input { get; init; } = [];

    /// <summary>With all threads; null when not measured on the target.</summary>
    public double? Ratio => IsTarget ? Figures[^1].Ratio : null;
}

/// <summary>Result of <c>edgepose quantize</c>.</summary>
internal sealed record QuantizeReport
{
    public string Schema { get; init; } = "edgepose.quantize/1";
    public required string Name { get; init; }
    public required string Source { get; init; }
    public required string SourceSha256 { get; init; }
    public required bool Accepted { get; init; }

    /// <summary>accepted, refused or not_shown.</summary>
    public required string Outcome { get; init; }

    /// <summary>The file that was written; null when the model was refused.</summary>
    public string? Path { get; init; }

    /// <summary>Descriptor and model card; null when the model was refused.</summary>
    public string? Card { get; init; }
    public required string Sha256 { get; init; }
    public required string Target { get; init; }
    public required string Method { get; init; }
    public required string Activations { get; init; }
    public required IReadOnlyList<string> Excluded { get; init; }
    public required IReadOnlyList<string> FloatGroups { get; init; }
    public required IReadOnlyList<NodeGroup> Groups { get; init; }

    /// <summary>Most harmful first; empty when the pass was not needed.</summary>
    public required IReadOnlyList<GroupCost> Sensitivity { get; init; }
    public required CalibrationFigures Calibration { get; init; }
    public required EvaluationFigures Evaluation { get; init; }
    public required QuantizationLimits Limits { get; init; }

    /// <summary>The smallest sample that was asked for.</summary>
    public Evidence Evidence { get; init; } = Evidence.Default;
    public required long BytesFloat { get; init; }
    public required long BytesQuantized { get; init; }
    public required SpeedReport Speed { get; init; }
    public required ResidualReport Residual { get; init; }
    public required IReadOnlyList<string> Notes { get; init; }
    public required string Verdict { get; init; }
    public required string Tool { get; init; }
    public required string Date { get; init; }
}
