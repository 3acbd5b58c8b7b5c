using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>Computes float constants that a graph computes anew in each run, such as unpacked or re-parametrised weights.</summary>
internal static class ConstantFolding
{
    /// <summary>Different in each run, or of a size that the file does not tell.</summary>
    private static readonly HashSet<string> Never = ["RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Bernoulli", "Multinomial"];

    public static void Apply(ModelProto model, string name, IGraphRunner runner, GraphInput sample)
    {
        var graph = model.Graph;
        var constant = graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var folded = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Node)
        {
            if (Never.Contains(node.OpType) || !node.Input.All(i => i.Length == 0 || constant.Contains(i))
                || node.Attribute.SelectMany(GraphEdit.Subgraphs).Any())
            {
                continue;
            }
            folded.Add(node);
            constant.UnionWith(node.Output);
        }
        var view = new GraphView(graph);
        var wanted = folded.SelectMany(n => n.Output).Where(o => o.Length > 0 && !view.IsOutput(o) && view.Consumers(o).Any(c => !folded.Contains(c))).ToList();
        if (wanted.Count == 0) { return; }
        using var session = runner.Open(TensorFacts.WithOutputs(model, wanted), name, optimize: false, threads: Environment.ProcessorCount);
        session.Run(sample, wanted, (value, shape, floats) =>
        {
            // Integers steer shapes; the runtime folds those itself.
            if (floats.Length == 0) { return; }
            var tensor = TensorData.Floats(shape.ToArray(), floats);
            tensor.Name = value;
            var producer = view.Producer(value)!;
            producer.Output[producer.Output.IndexOf(value)] = graph.FreeName(value + ":computed");
            graph.Initializer.Add(tensor);
        });
        GraphEdit.RemoveDead(graph);
    }
}
