using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EdgePose.ModelTools.Onnx;

/// <summary>
/// Builds a graph front to back: every method returns the name of the value it made, unique in the graph. Equal constants become one
/// initializer. Values that no output needs are dropped by <see cref="Build"/>.
/// </summary>
internal sealed class GraphBuilder(string graphName, int opset = 13, int irVersion = 8)
{
    private readonly GraphProto _graph = new() { Name = graphName };
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _nextSuffix = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byContent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _outputs = new(StringComparer.Ordinal);

    public int NodeCount => _graph.Node.Count;

    /// <summary>Keeps <paramref name="name"/> free for <see cref="Output"/>.</summary>
    public void Reserve(string name) => _names.Add(name);

    /// <summary><paramref name="stem"/> itself if it is still free, otherwise with a number behind it.</summary>
    public string Unique(string stem)
    {
        if (_names.Add(stem)) { return stem; }
        var next = _nextSuffix.GetValueOrDefault(stem, 1);
        while (!_names.Add($"{stem}_{next}")) { next++; }
        _nextSuffix[stem] = next + 1;
        return $"{stem}_{next}";
    }

    /// <summary>Declares a graph input; −1 in <paramref name="shape"/> is a dimension known only at run time.</summary>
    public string Input(string name, ElementType type, IReadOnlyList<long> shape)
    {
        _names.Add(name);
        _graph.Input.Add(ValueInfo(name, type, shape));
        return name;
    }

    /// <summary>Declares the graph output <paramref name="name"/>, which is <paramref name="value"/>; a null shape leaves it
    /// open.</summary>
    public void Output(string name, string value, ElementType type, IReadOnlyList<long>? shape)
    {
        _graph.Output.Add(ValueInfo(name, type, shape));
        _outputs.Add(name, value);
        _names.Add(name);
    }

    /// <summary>The value's name; an equal tensor added before is used again.</summary>
    public string Constant(string stem, TensorProto tensor)
    {
        var key = ContentKey(tensor);
        if (_byContent.TryGetValue(key, out var name)) { return name; }
        name = Unique(stem);
        tensor.Name = name;
        _graph.Initializer.Add(tensor);
        _byContent.Add(key, name);
        return name;
    }

    /// <summary>A one-dimensional int64 constant: axes, shapes, pads.</summary>
    public string Int64s(string stem, params ReadOnlySpan<long> values) => Constant(stem, TensorData.Int64s([values.Length], values));

    /// <summary>A float constant of rank 0.</summary>
    public string Scalar(string stem, float value) => Constant(stem, TensorData.Floats([], [value]));

    /// <summary>Adds a node with one output. An empty input name is an omitted optional input.</summary>
    public string Node(string op, string stem, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        Nodes(op, stem, 1, inputs, attributes)[0];

    /// <summary>Adds a node with <paramref name="outputs"/> outputs; the first is named after the stem, the others <c>stem:k</c>.</summary>
    public string[] Nodes(string op, string stem, int outputs, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = op };
        foreach (var input in inputs) { node.Input.Add(input); }
        foreach (var attribute in attributes) { node.Attribute.Add(attribute); }
        var names = new string[outputs];
        for (var k = 0; k < outputs; k++) { names[k] = Unique(k == 0 ? stem : $"{stem}:{k}"); }
        node.Output.AddRange(names);
        node.Name = names[0];
        _graph.Node.Add(node);
        return names;
    }

    /// <summary>Gives the outputs their names, drops what none of them needs, and returns the model. Call once.</summary>
    public ModelProto Build(string producer, string producerVersion)
    {
        GraphEdit.NameOutputs(_graph, _outputs);
        GraphEdit.RemoveDead(_graph);
        var model = new ModelProto { IrVersion = irVersion, ProducerName = producer, ProducerVersion = producerVersion, Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        return model;
    }

    private static ValueInfoProto ValueInfo(string name, ElementType type, IReadOnlyList<long>? shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type };
        if (shape is not null)
        {
            tensor.Shape = new TensorShapeProto();
            for (var axis = 0; axis < shape.Count; axis++)
            {
                var dimension = new TensorShapeProto.Types.Dimension();
                if (shape[axis] >= 0) { dimension.DimValue = shape[axis]; } else { dimension.DimParam = $"{name}_{axis}"; }
                tensor.Shape.Dim.Add(dimension);
            }
        }
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static string ContentKey(TensorProto tensor)
    {
        var hash = SHA256.HashData(tensor.RawData.Span);
        var dims = tensor.Dims.ToArray();
        return $"{tensor.DataType}:{string.Join(',', dims)}:{MemoryMarshal.Read<UInt128>(hash)}";
    }
}
