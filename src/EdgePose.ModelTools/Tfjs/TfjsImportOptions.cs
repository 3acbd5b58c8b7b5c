namespace EdgePose.ModelTools.Tfjs;

/// <summary>What to convert and how.</summary>
public sealed record TfjsImportOptions
{
    /// <summary>Outputs to keep, by the signature's key or the tensor's name; null keeps all. What they do not need is left out.</summary>
    public IReadOnlyList<string>? Outputs { get; init; }

    /// <summary>Centernet only: detect persons alone, which is exact and cheaper.</summary>
    public bool PersonOnly { get; init; }

    public IProgress<TfjsImportProgress>? Progress { get; init; }
}
