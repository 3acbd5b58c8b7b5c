using System.Globalization;
using System.Security.Cryptography;
using EdgePose.ModelTools.Onnx;
using Google.Protobuf;

namespace EdgePose.ModelTools.Inspection;

/// <summary>One operator of a graph and how often it occurs.</summary>
public sealed record OperatorCount(string Operator, int Count);

/// <summary>What stands in an ONNX file, without running it.</summary>
/// <param name="Opsets">Operator sets as "ai.onnx 13".</param>
/// <param name="Parameters">Elements of the constants that the operators use as weights.</param>
/// <param name="SourceParameters">Trainable parameters of the checkpoint that the file was made from, batch norms included; null when unknown.</param>
/// <param name="DesignSize">Width x height for which an importer recorded the network; null when unknown.</param>
public sealed record GraphFacts(
    long IrVersion, IReadOnlyList<string> Opsets, string Producer, int Nodes, long Parameters, long? SourceParameters, string? DesignSize,
    IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs, IReadOnlyList<OperatorCount> Operators);

/// <summary>
/// An ONNX file that was read once, hashed and checked: tensors that fit their shapes, and weights that lay beside it joined to it. Holds the
/// very bytes that were hashed.
/// </summary>
public sealed class ModelInspector
{
    private readonly ModelProto _model;
    private readonly string _file;

    private ModelInspector(ModelProto model, ReadOnlyMemory<byte> content, string file) =>
        (_model, Content, _file, Sha256) = (model, content, file, System.Convert.ToHexStringLower(SHA256.HashData(content.Span)));

    /// <summary>The file's content.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>True when weights that lay beside the file were joined to it: <see cref="Content"/> is no copy of the file then.</summary>
    public bool IsJoined { get; private init; }

    /// <exception cref="ModelToolsException">Unreadable, too large, not ONNX, weights that cannot be joined, or an inconsistent graph.</exception>
    public static ModelInspector Open(string path)
    {
        byte[] content;
        using (var stream = AtomicFile.Open(path, OnnxModel.SizeLimit))
        {
            content = GC.AllocateUninitializedArray<byte>((int)stream.Length);
            stream.ReadExactly(content);
        }
        var model = OnnxModel.ParseJoined(content, path, out var joined);
        return new ModelInspector(model, joined ? model.ToByteArray() : content, path) { IsJoined = joined };
    }

    /// <summary>A model that is in memory.</summary>
    /// <exception cref="ModelToolsException">As <see cref="Open"/>.</exception>
    public static ModelInspector Read(ReadOnlyMemory<byte> content, string name) => new(OnnxModel.Parse(content, name), content, name);

    /// <summary>Refuses weights that are NaN or infinite: they spread to every output.</summary>
    /// <exception cref="ModelToolsException">There is one; the tensor is named.</exception>
    public void RequireFiniteWeights()
    {
        var constants = _model.Graph.Node.Where(n => n.OpType == "Constant").SelectMany(n => n.Attribute).Select(a => a.T).OfType<TensorProto>();
        foreach (var tensor in _model.Graph.Initializer.Concat(constants))
        {
            if ((ElementType)tensor.DataType is not (ElementType.Float or ElementType.Float16)) { continue; }
            // Infinities bound masks and clips in sound exports; only a NaN, or an infinity among many weights, is damage.
            var values = TensorData.ToFloats(tensor);
            var bad = Array.FindIndex(values, v => float.IsNaN(v) || (float.IsInfinity(v) && values.Length > 1));
            if (bad >= 0) { throw new ModelToolsException($"{_file}: tensor '{tensor.Name}' contains {values[bad]}", "the file is damaged or its training diverged"); }
        }
    }

    public GraphFacts Facts()
    {
        var graph = _model.Graph;
        var own = graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        return new GraphFacts(
            _model.IrVersion, [.. _model.OpsetImport.Select(o => $"{(o.Domain.Length == 0 ? "ai.onnx" : o.Domain)} {o.Version}")],
            $"{_model.ProducerName} {_model.ProducerVersion}".Trim(), graph.Node.Count, WeightCount.Of(graph),
            long.TryParse(Metadata(ModelMetadata.Parameters), NumberStyles.None, CultureInfo.InvariantCulture, out var source) ? source : null,
            Metadata(ModelMetadata.Size),
            [.. graph.Input.Where(i => !own.Contains(i.Name)).Select(Spec)], [.. graph.Output.Select(Spec)],
            [.. graph.Node.GroupBy(n => n.Domain is "" or "ai.onnx" ? n.OpType : $"{n.Domain}.{n.OpType}").Select(g => new OperatorCount(g.Key, g.Count()))
                .OrderByDescending(o => o.Count).ThenBy(o => o.Operator, StringComparer.Ordinal)]);
    }

    /// <summary>
    /// The same graph with other outputs: the shapes that <see cref="Macs"/> needs, as small int64 vectors called by
    /// <see cref="ShapeOutput"/>. One run gives them all, whatever is dynamic in the graph.
    /// </summary>
    public ReadOnlyMemory<byte> ShapeProbe() => Multiplications.Probe(_model).ToByteArray();

    /// <summary>Multiply-accumulates of one run, from the shapes that a run of <see cref="ShapeProbe"/> gave, by output name.</summary>
    /// <remarks>Counted: convolutions (transposed ones at input resolution), Gemm and MatMul of the main graph.</remarks>
    public long Macs(IReadOnlyDictionary<string, long[]> shapes) => Multiplications.Count(_model.Graph, shapes);

    private string? Metadata(string key) => _model.MetadataProps.FirstOrDefault(p => p.Key == key)?.Value;

    private static TensorSpec Spec(ValueInfoProto info)
    {
        var tensor = info.Type?.TensorType;
        var type = ((ElementType)(tensor?.ElemType ?? 0)).ToString().ToLower(CultureInfo.InvariantCulture);
        return new TensorSpec(info.Name, type, [.. tensor?.Shape?.Dim.Select(d => d.HasDimValue ? d.DimValue : -1) ?? []]);
    }
}
