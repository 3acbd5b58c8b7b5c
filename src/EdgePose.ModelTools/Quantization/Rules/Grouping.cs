using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Rules;

/// <summary>
/// Cuts a network into named parts by its structure: the stem (what sees the picture first), the heads (what no convolution follows), and
/// stages in between, named after the nodes where these carry the author's names, otherwise after stride and depth.
/// </summary>
internal sealed class Grouping
{
    /// <summary>Fewer parts than this say too little, more take too long to judge one by one.</summary>
    private const int Fewest = 5, Most = 40;

    /// <summary>Multiplying nodes of a part that has no name of its own.</summary>
    private const int Chunk = 12;

    private static readonly char[] Separators = ['/', '.', ':'];
    private readonly GraphView _view;
    private readonly TensorFacts _facts;
    private readonly Dictionary<NodeProto, string> _groups = new(ReferenceEqualityComparer.Instance);

    public Grouping(GraphView view, TensorFacts facts)
    {
        (_view, _facts) = (view, facts);
        MarkHeads();
        MarkStem();
        MarkStages([.. view.Graph.Node.Where(n => n.IsHeavy() && !_groups.ContainsKey(n))]);
        MarkRest();
        Names = [.. view.Graph.Node.Select(Of).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>In the order of the graph.</summary>
    public IReadOnlyList<string> Names { get; }

    public string Of(NodeProto node) => _groups[node];

    public static bool IsHead(string group) => group == "head" || group.StartsWith("head.", StringComparison.Ordinal);

    public static bool IsStem(string group) => group == "stem";

    private IEnumerable<NodeProto> Followers(NodeProto node) => node.Output.SelectMany(_view.Consumers);

    private IEnumerable<NodeProto> Sources(NodeProto node) => node.Input.Select(_view.Producer).OfType<NodeProto>();

    /// <summary>Everything that no convolution follows; a separable last convolution counts as one.</summary>
    private void MarkHeads()
    {
        var leads = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var outputs = new Dictionary<NodeProto, HashSet<int>>(ReferenceEqualityComparer.Instance);
        var names = _view.Graph.Output.Select(o => o.Name).ToList();
        foreach (var node in _view.Graph.Node.Reverse())
        {
            var reached = outputs[node] = [.. node.Output.Select(o => names.IndexOf(o)).Where(i => i >= 0)];
            foreach (var follower in Followers(node))
            {
                reached.UnionWith(outputs[follower]);
                if (follower.IsConvolution() || leads.Contains(follower)) { leads.Add(node); }
            }
        }
        foreach (var node in _view.Graph.Node.Where(n => !leads.Contains(n)))
        {
            var name = outputs[node] is { Count: 1 } only && names.Count > 1 ? $"head.{only.First()}" : "head";
            _groups[node] = name;
            if (node.Is("Conv") && Depthwise(node) is { } first)
            {
                foreach (var part in first) { _groups.TryAdd(part, name); }
            }
        }
    }

    /// <summary>The depth-wise part, with its activation, of the separable convolution that ends in a 1x1 one.</summary>
    private List<NodeProto>? Depthwise(NodeProto pointwise)
    {
        if (_view.FloatConstant(pointwise, 1) is not { } weight || weight.Dims.Skip(2).Any(d => d != 1)) { return null; }
        var parts = new List<NodeProto>();
        for (var value = pointwise.Input[0]; _view.Producer(value) is { } source && _view.OnlyConsumer(value) is not null; value = source.Input[0])
        {
            parts.Add(source);
            if (source.IsDepthwise(_view)) { return parts; }
            if (!source.IsActivation()) { return null; }
        }
        return null;
    }

    /// <summary>
    /// The convolutions that no other precedes. Where depth-wise ones follow, directly or behind point-wise ones (the separable stems of mobile networks), all work at up to
    /// half resolution: few channels, whose differences cancel, so that eight bits are not enough for them, and too few for integer
    /// kernels to gain anything.
    /// </summary>
    private void MarkStem()
    {
        var behind = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var separable = false;
        foreach (var node in _view.Graph.Node)
        {
            if (Sources(node).Any(behind.Contains)) { behind.Add(node); continue; }
            if (!node.IsConvolution()) { continue; }
            behind.Add(node);
            _groups.TryAdd(node, "stem");
            separable |= IsBeforeDepthwise(node);
        }
        if (!separable) { return; }
        foreach (var node in _view.Graph.Node.Where(n => n.Is("Conv") && (Stride(n.Output[0]) <= 2 || (n.IsDepthwise(_view) && Stride(n.Input[0]) <= 2)))) { _groups.TryAdd(node, "stem"); }
    }

    private bool IsBeforeDepthwise(NodeProto node) => Followers(node).Any(f => f.IsDepthwise(_view) || ((f.IsActivation() || f.IsMoving() || f.IsPointwise(_view)) && IsBeforeDepthwise(f)));

    /// <summary>How much smaller a value is than the picture; infinite where that cannot be said.</summary>
    private double Stride(string value)
    {
        var input = _view.Graph.Input.Select(i => _facts.Shape(i.Name)).FirstOrDefault();
        return input is { Length: 4 } && _facts.Shape(value) is { Length: 4 } shape && shape[2] > 0 && shape[3] > 0
            ? Math.Round((double)input.Skip(1).Max() / shape.Skip(2).Max()) : double.PositiveInfinity;
    }

    private void MarkStages(List<NodeProto> heavy)
    {
        foreach (var depth in Enumerable.Range(1, 4))
        {
            var names = heavy.Select(n => Prefix(n.Name, depth)).ToList();
            var distinct = names.Distinct(StringComparer.Ordinal).Count();
            if (distinct is < Fewest or > Most || distinct > heavy.Count / 2 || names.Contains("")) { continue; }
            for (var i = 0; i < heavy.Count; i++) { _groups[heavy[i]] = names[i]; }
            return;
        }
        foreach (var stage in heavy.GroupBy(StageOf, StringComparer.Ordinal))
        {
            var (nodes, size) = (stage.ToList(), Math.Max(Chunk, heavy.Count / Most));
            for (var i = 0; i < nodes.Count; i++) { _groups[nodes[i]] = nodes.Count > size ? $"{stage.Key}.{(i / size) + 1}" : stage.Key; }
        }
    }

    /// <summary>The first parts of a name such as <c>stage.0.1.inv</c> or <c>/backbone/stage1/conv</c>; empty when it has not so many and one more.</summary>
    private static string Prefix(string name, int depth)
    {
        var at = name.StartsWith('/') ? 0 : -1;
        for (var i = 0; i < depth; i++)
        {
            at = name.IndexOfAny(Separators, at + 1);
            if (at < 0) { return ""; }
        }
        return name[..at].Trim('/');
    }

    private string StageOf(NodeProto node) =>
        node.Is("ConvTranspose") ? "deconv" : double.IsFinite(Stride(node.Output[0])) ? $"s{Math.Max(1, Stride(node.Output[0])):0}" : "flat";

    /// <summary>Light nodes go with the multiplying one nearest before them; what comes before all goes with what follows.</summary>
    private void MarkRest()
    {
        foreach (var node in _view.Graph.Node.Where(n => !_groups.ContainsKey(n)))
        {
            var source = Sources(node).Where(_groups.ContainsKey).Where(s => !IsHead(_groups[s])).LastOrDefault();
            _groups[node] = source is null ? "input" : _groups[source];
        }
    }
}
