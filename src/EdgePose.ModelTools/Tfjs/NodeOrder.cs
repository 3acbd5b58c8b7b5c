using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs;

/// <summary>Which nodes a set of outputs needs, each after its inputs. The order depends on the graph only, so conversions are
/// reproducible.</summary>
internal static class NodeOrder
{
    /// <exception cref="ModelToolsException">The graph has a cycle (control-flow loops are cycles too).</exception>
    public static List<TfjsNode> Of(TfjsModel model, IEnumerable<TfjsPort> outputs)
    {
        var order = new List<TfjsNode>();
        var state = new Dictionary<string, bool>(StringComparer.Ordinal);
        // An explicit stack: a chain of a hundred thousand nodes must not overflow the thread's.
        var stack = new Stack<(TfjsNode Node, int Next)>();
        foreach (var output in outputs)
        {
            Push(model.Nodes[output.Tensor.Node]);
            while (stack.TryPop(out var top))
            {
                if (top.Next == top.Node.Inputs.Count)
                {
                    state[top.Node.Name] = true;
                    order.Add(top.Node);
                    continue;
                }
                stack.Push((top.Node, top.Next + 1));
                Push(model.Nodes[top.Node.Inputs[top.Next].Node]);
            }
        }
        return order;

        void Push(TfjsNode node)
        {
            if (!state.TryGetValue(node.Name, out var done))
            {
                state.Add(node.Name, false);
                stack.Push((node, 0));
            }
            else if (!done)
            {
                throw new ModelToolsException($"{model.File}: node '{node.Name}' ({node.Op}) depends on itself: the graph has a cycle");
            }
        }
    }
}
