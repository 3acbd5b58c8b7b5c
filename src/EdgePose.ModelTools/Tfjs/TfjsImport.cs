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

/// <summary>Progress of a conversion: what is being done, and the part of the whole that is done, 0…1.</summary>
public readonly record struct TfjsImportProgress(string Step, double Fraction);

/// <summary>A source file and its lower-case hexadecimal SHA-256.</summary>
public sealed record SourceFile(string Path, string Sha256);

/// <param name="Path">The ONNX file.</param>
/// <param name="Sha256">Of the ONNX file, lower-case hexadecimal; also the content of <c>Path.sha256</c>.</param>
/// <param name="SourceSha256">Over the hashes of all source files in order: one value that changes whenever any of them does.</param>
/// <param name="Parameters">Elements of all float constants.</param>
/// <param name="Written">False if the file had this content already.</param>
public sealed record TfjsImportResult(
    string Path,
    string Sha256,
    long Bytes,
    string SourceSha256,
    IReadOnlyList<SourceFile> Sources,
    int SourceNodes,
    int Nodes,
    int Initializers,
    long Parameters,
    IReadOnlyList<TensorSpec> Inputs,
    IReadOnlyList<TensorSpec> Outputs,
    bool Written);
