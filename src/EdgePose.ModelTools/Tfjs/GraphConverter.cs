using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Operators;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs;

/// <summary>From a TFJS model in memory to an ONNX model in memory.</summary>
internal static class GraphConverter
{
    /// <param name="report">Receives the part done, 0…1.</param>
    public static ModelProto Convert(TfjsModel model, IReadOnlyList<TfjsPort> outputs, Action<double> report, CancellationToken cancel)
    {
        var graph = new GraphBuilder(Path.GetFileNameWithoutExtension(model.File));
        var conversion = new Conversion(model, graph);
        foreach (var output in outputs) { graph.Reserve(output.Name); }
        var order = NodeOrder.Of(model, outputs);
        // Inputs come first and in the signature's order, whichever outputs are wanted.
        var inputs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var input in model.Inputs)
        {
            if (inputs.Add(input.Tensor.Node)) { Placeholder(model.Nodes[input.Tensor.Node], conversion, input); }
        }
        for (var i = 0; i < order.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            if ((i & 0x3f) == 0) { report((double)i / order.Count); }
            var node = order[i];
            if (node.Op == "Const" || inputs.Contains(node.Name)) { continue; }
            if (node.Op == "Placeholder") { Placeholder(node, conversion, null); } else { OperatorTable.Convert(node, conversion); }
        }
        foreach (var output in outputs)
        {
            var type = output.Type ?? model.Nodes[output.Tensor.Node].Type("T") ?? ElementType.Float;
            var declared = type == ElementType.UInt8 ? ElementType.Int32 : type;
            graph.Output(output.Name, conversion.Value(output.Tensor), declared, BatchOne(output.Shape));
        }
        return graph.Build("edgepose", typeof(GraphConverter).Assembly.GetName().Version?.ToString(3) ?? "");
    }

    /// <summary>The outputs that the caller asked for, all without a list.</summary>
    public static IReadOnlyList<TfjsPort> Choose(TfjsModel model, IReadOnlyList<string>? wanted)
    {
        if (model.Outputs.Count == 0) { throw new ModelToolsException($"{model.File}: the model has no output"); }
        List<TfjsPort> chosen = [.. (wanted is null ? model.Outputs : wanted.Select(Find)).DistinctBy(o => o.Tensor)];
        return chosen.Count > 0 ? chosen : throw new ModelToolsException($"{model.File}: no output was chosen");

        TfjsPort Find(string name) =>
            model.Outputs.FirstOrDefault(o => o.Key == name || o.Name == name || o.Tensor == TensorRef.Parse(name))
            ?? throw new ModelToolsException($"{model.File}: there is no output '{name}'",
                $"the outputs are: {string.Join(", ", model.Outputs.Select(o => o.Name))}");
    }

    private static void Placeholder(TfjsNode node, Conversion conversion, TfjsPort? port)
    {
        if (node.Op != "Placeholder") { throw node.Error("the signature calls it an input, but it is not a Placeholder"); }
        var shape = BatchOne(node.Shape("shape") ?? port?.Shape) ?? throw node.Error("an input of unknown rank is not supported");
        var type = node.Type("dtype") ?? port?.Type ?? throw node.Error("its element type is unknown");
        var value = conversion.Graph.Input(node.Name, type, shape);
        // Outside the model stays as compact as it was; inside, TF.js knows no uint8.
        if (type == ElementType.UInt8)
        {
            value = conversion.Graph.Node("Cast", $"{node.Name}/int32", [value], NodeAttribute.Int("to", (long)ElementType.Int32));
        }
        conversion.Bind(node, value);
    }

    /// <summary>The daemon feeds one picture at a time; a fixed batch lets the runtime plan its memory.</summary>
    private static IReadOnlyList<long>? BatchOne(IReadOnlyList<long>? shape) => shape is [-1, ..] ? [1, .. shape.Skip(1)] : shape;
}
