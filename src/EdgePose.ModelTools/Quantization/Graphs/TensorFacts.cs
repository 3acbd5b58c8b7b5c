using EdgePose.ModelTools.Onnx;
using Google.Protobuf;

namespace EdgePose.ModelTools.Quantization.Graphs;

/// <summary>Shapes and types of all values for one real input, found by running the graph: exact whatever the file says or leaves open.</summary>
internal sealed class TensorFacts
{
    private const string Prefix = "edgepose.shape:";

    /// <summary>Bytes of values that a run may hand out at once; the graph is run again for the next ones.</summary>
    internal const long Budget = 256L << 20;

    /// <summary>The runtime keeps all values whose shapes are asked for until the end of the run.</summary>
    private const int ShapesAtOnce = 48;

    private readonly Dictionary<string, long[]> _shapes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _floats = new(StringComparer.Ordinal);

    private TensorFacts()
    {
    }

    /// <summary>Runs the graph on <paramref name="sample"/>.</summary>
    public static TensorFacts Find(ModelProto model, string name, IGraphRunner runner, GraphInput sample)
    {
        var facts = new TensorFacts();
        var values = model.Graph.Node.SelectMany(n => n.Output).Where(o => o.Length > 0).ToList();
        foreach (var some in values.Chunk(ShapesAtOnce)) { facts.ReadShapes(model, some, name, runner, sample); }
        foreach (var group in facts.Groups(values, Budget / 8))
        {
            using var session = runner.Open(WithOutputs(model, group), name, optimize: false, threads: Environment.ProcessorCount);
            session.Run(sample, group, (value, shape, floats) =>
            {
                facts._shapes[value] = shape.ToArray();
                if (floats.Length > 0) { facts._floats.Add(value); }
            });
        }
        foreach (var input in model.Graph.Input)
        {
            facts._shapes[input.Name] = sample.Shape;
            if (input.Type?.TensorType?.ElemType == (int)ElementType.Float) { facts._floats.Add(input.Name); }
        }
        foreach (var tensor in model.Graph.Initializer)
        {
            facts._shapes[tensor.Name] = [.. tensor.Dims];
            if (tensor.DataType == (int)ElementType.Float) { facts._floats.Add(tensor.Name); }
        }
        return facts;
    }

    /// <summary>The shape for the sample; null for what is no tensor or was not reached.</summary>
    public long[]? Shape(string value) => _shapes.GetValueOrDefault(value);

    /// <summary>True for float32 tensors that held at least one value.</summary>
    public bool IsFloat(string value) => _floats.Contains(value);

    /// <summary>A value that an edit added.</summary>
    public void Add(string value, long[] shape)
    {
        _shapes[value] = shape;
        _floats.Add(value);
    }

    /// <summary>Cuts a list of values into runs whose contents fit the budget together.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Groups(IEnumerable<string> values, long budget = Budget)
    {
        var groups = new List<IReadOnlyList<string>>();
        var (group, bytes) = (new List<string>(), 0L);
        foreach (var value in values)
        {
            var size = sizeof(float) * Math.Max(0, ElementTypes.Count(Shape(value) ?? []));
            if (group.Count > 0 && bytes + size > budget)
            {
                groups.Add(group);
                (group, bytes) = ([], 0);
            }
            group.Add(value);
            bytes += size;
        }
        if (group.Count > 0) { groups.Add(group); }
        return groups;
    }

    /// <summary>The graph with other outputs, without what they do not need.</summary>
    public static byte[] WithOutputs(ModelProto model, IEnumerable<string> values)
    {
        var probe = model.Clone();
        probe.Graph.Output.Clear();
        foreach (var value in values) { probe.Graph.Output.Add(new ValueInfoProto { Name = value }); }
        GraphEdit.RemoveDead(probe.Graph);
        return probe.ToByteArray();
    }

    private void ReadShapes(ModelProto model, string[] values, string name, IGraphRunner runner, GraphInput sample)
    {
        var probe = model.Clone();
        probe.Graph.Output.Clear();
        foreach (var value in values)
        {
            probe.Graph.Node.Add(new NodeProto { OpType = "Shape", Name = $"{Prefix}{value}:i", Input = { value }, Output = { $"{Prefix}{value}:i" } });
            probe.Graph.Node.Add(new NodeProto
            {
                OpType = "Cast", Name = Prefix + value, Input = { $"{Prefix}{value}:i" }, Output = { Prefix + value },
                Attribute = { NodeAttribute.Int("to", (long)ElementType.Float) },
            });
            probe.Graph.Output.Add(new ValueInfoProto { Name = Prefix + value });
        }
        GraphEdit.RemoveDead(probe.Graph);
        using var session = runner.Open(probe.ToByteArray(), name, optimize: false, threads: Environment.ProcessorCount);
        session.Run(sample, [], (output, _, floats) =>
        {
            var shape = new long[floats.Length];
            for (var i = 0; i < shape.Length; i++) { shape[i] = (long)floats[i]; }
            _shapes[output[Prefix.Length..]] = shape;
        });
    }
}
