namespace EdgePose.Domain;

/// <summary>
/// What a quantized model was made from and what that cost, as the card in its descriptor states it. A model whose figures are beyond the
/// limits of a daemon is not loaded there.
/// </summary>
internal sealed record QuantizationCard
{
    /// <summary>Where it is meant to run: cpu, tensorrt or qnn.</summary>
    public required string Target { get; init; }

    /// <summary>Name of the float model.</summary>
    public required string Source { get; init; }
    public required string SourceSha256 { get; init; }

    /// <summary>Groups of the network that stayed in float by the plan.</summary>
    public IReadOnlyList<string> FloatGroups { get; init; } = [];

    /// <summary>Points of AP (0..100) lost against the float model on labelled pictures; null where there was no ground truth.</summary>
    public float? ApLoss { get; init; }

    /// <summary>0..1: 1 less what the model differs from its float model more than harmless changes make that one differ from itself.</summary>
    public float? Agreement { get; init; }

    /// <summary>Pictures and people of the comparison; 0 where the card does not say.</summary>
    public int Pictures { get; init; }
    public int People { get; init; }

    /// <summary>Speed against the float model with all threads, measured in one run; null when not measured on the target.</summary>
    public float? Speed { get; init; }

    /// <summary>Version of ONNX Runtime that <see cref="Speed"/> was measured with; empty where the card does not say.</summary>
    public string SpeedRuntime { get; init; } = "";

    /// <summary>Shape of the input that both got, such as 1x3x448x640; empty where the card does not say.</summary>
    public string SpeedInput { get; init; } = "";
}

/// <summary>The limits that a card must keep to.</summary>
/// <param name="MaxApLoss">Points of AP.</param>
/// <param name="MinAgreement">Counts where a card states no AP.</param>
internal readonly record struct QuantizationLimits(float MaxApLoss, float MinAgreement)
{
    public static readonly QuantizationLimits Default = new(1, 0.97f);
}
