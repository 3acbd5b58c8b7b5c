namespace EdgePose.ModelTools.Tfjs;

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
