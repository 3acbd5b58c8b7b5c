using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs;

/// <summary>Converts TFJS graph models to ONNX (opset 13), without Python and without running them.</summary>
public static class TfjsImporter
{
    /// <summary>
    /// Converts <paramref name="jsonPath"/> and its shards to <paramref name="outPath"/>, and writes that file's SHA-256 beside it
    /// (<c>outPath.sha256</c>: one line, lower-case hexadecimal). The same sources and options always give the same bytes.
    /// </summary>
    /// <exception cref="ModelToolsException">Any expected failure; nothing was written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public static TfjsImportResult Convert(
        string jsonPath, string outPath, TfjsImportOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new TfjsImportOptions();
        options.Progress?.Report(new TfjsImportProgress("reading", 0));
        var (model, onnx) = Convert(jsonPath, options, cancel);
        var sources = model.Sources.Select(p => new SourceFile(p, AtomicFile.Sha256(p))).ToList();
        cancel.ThrowIfCancellationRequested();
        options.Progress?.Report(new TfjsImportProgress("writing", 0.9));
        var (sha256, bytes, written) = Write(onnx, outPath);
        options.Progress?.Report(new TfjsImportProgress("done", 1));
        return new TfjsImportResult(
            outPath, sha256, bytes, Combine(sources), sources, model.Nodes.Count, onnx.Graph.Node.Count, onnx.Graph.Initializer.Count,
            onnx.Graph.Initializer.Where(t => t.DataType == (int)ElementType.Float).Sum(t => ElementTypes.Count(t.Dims)),
            [.. onnx.Graph.Input.Select(Spec)], [.. onnx.Graph.Output.Select(Spec)], written);
    }

    private static (TfjsModel Model, ModelProto Onnx) Convert(string jsonPath, TfjsImportOptions options, CancellationToken cancel)
    {
        var model = TfjsReader.Read(jsonPath);
        if (options.PersonOnly) { model = CenternetPersonOnly.Apply(model); }
        var outputs = GraphConverter.Choose(model, options.Outputs);
        var onnx = GraphConverter.Convert(model, outputs,
            part => options.Progress?.Report(new TfjsImportProgress("converting", 0.2 + (0.7 * part))), cancel);
        return (model, onnx);
    }

    private static (string Sha256, long Bytes, bool Written) Write(ModelProto onnx, string outPath)
    {
        var digest = $"{outPath}.sha256";
        GraphChecker.Check(onnx, outPath);
        using var bytes = new MemoryStream(onnx.CalculateSize());
        Google.Protobuf.MessageExtensions.WriteTo(onnx, bytes);
        var sha256 = System.Convert.ToHexStringLower(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        var written = !File.Exists(outPath) || AtomicFile.Sha256(outPath) != sha256;
        if (written) { AtomicFile.Write(outPath, bytes.WriteTo); }
        // After the model: a crash in between leaves a hash that does not match, never one that vouches for the wrong file.
        AtomicFile.Write(digest, s => s.Write(Encoding.ASCII.GetBytes($"{sha256}\n")));
        return (sha256, bytes.Length, written);
    }

    private static string Combine(List<SourceFile> sources) =>
        System.Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(sources.Select(s => s.Sha256)))));

    private static TensorSpec Spec(ValueInfoProto info)
    {
        var tensor = info.Type.TensorType;
        var type = ((ElementType)tensor.ElemType).ToString().ToLower(CultureInfo.InvariantCulture);
        return new TensorSpec(info.Name, type, [.. tensor.Shape?.Dim.Select(d => d.HasDimValue ? d.DimValue : -1) ?? []]);
    }
}
