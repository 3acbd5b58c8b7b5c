using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Quantization.Graphs;

/// <summary>Who makes and who uses each value of a graph, at the moment of construction; edits do not update it.</summary>
internal sealed class GraphView
{
    private readonly Dictionary<string, NodeProto> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NodeProto>> _consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly HashSet<string> _outputs;
    private readonly HashSet<string> _captured = new(StringComparer.Ordinal);

    public GraphView(GraphProto graph)
    {
        Graph = graph;
        _constants = graph.Initializer.ToDictionary(t => t.Name, StringComparer.Ordinal);
        _outputs = graph.Output.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            foreach (var output in node.Output.Where(o => o.Length > 0)) { _producers[output] = node; }
            foreach (var input in node.Input.Where(i => i.Length > 0).Distinct(StringComparer.Ordinal))
            {
                if (!_consumers.TryGetValue(input, out var list)) { _consumers[input] = list = []; }
                list.Add(node);
            }
            foreach (var body in node.Attribute.SelectMany(GraphEdit.Subgraphs)) { Capture(body); }
        }
    }

    public GraphProto Graph { get; }

    public NodeProto? Producer(string value) => _producers.GetValueOrDefault(value);

    public IReadOnlyList<NodeProto> Consumers(string value) => _consumers.TryGetValue(value, out var list) ? list : [];

    public bool IsOutput(string value) => _outputs.Contains(value);

    /// <summary>True when a body of a control-flow node reads the value by its name.</summary>
    public bool IsCaptured(string value) => _captured.Contains(value);

    public TensorProto? Constant(string value) => _constants.GetValueOrDefault(value);

    /// <summary>The float constant behind an input of a node; null when the input is missing or computed.</summary>
    public TensorProto? FloatConstant(NodeProto node, int input) =>
        node.Input.Count > input && Constant(node.Input[input]) is { } tensor && (ElementType)tensor.DataType == ElementType.Float ? tensor : null;

    /// <summary>The only node that sees a value; null when there are several, or when it leaves the graph.</summary>
    public NodeProto? OnlyConsumer(string value) =>
        !IsOutput(value) && !_captured.Contains(value) && Consumers(value) is [var one] && one.Input.Count(i => i == value) == 1 ? one : null;

    private void Capture(GraphProto body)
    {
        foreach (var node in body.Node)
        {
            _captured.UnionWith(node.Input);
            foreach (var inner in node.Attribute.SelectMany(GraphEdit.Subgraphs)) { Capture(inner); }
        }
        _captured.UnionWith(body.Output.Select(o => o.Name));
    }
}
