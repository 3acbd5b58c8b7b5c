using System.Runtime.InteropServices;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>Gathering, choosing and making values.</summary>
internal static class Selection
{
    /// <summary>A dense constant made from a sparse one stays below this many elements.</summary>
    private const long DenseLimit = 1 << 24;

    public static void Register(Dictionary<string, Converter> table)
    {
        table["GatherV2"] = table["Gather"] = Gather;
        table["GatherNd"] = (node, c) => c.Bind(node, c.Graph.Node("GatherND", node.Name, [c.Value(node, 0), c.Int64(node, 1)]));
        table["Select"] = table["SelectV2"] = (node, c) =>
            c.Bind(node, c.Graph.Node("Where", node.Name, [c.Value(node, 0), c.Value(node, 1), c.Value(node, 2)]));
        table["Fill"] = (node, c) => c.Bind(node, c.Graph.Node("Expand", node.Name, [c.Value(node, 1), c.Int64(node, 0)]));
        table["Range"] = (node, c) =>
            c.Bind(node, c.Graph.Node("Range", node.Name, [c.Value(node, 0), c.Value(node, 1), c.Value(node, 2)]));
        table["SparseToDense"] = SparseToDense;
    }

    private static void Gather(TfjsNode node, Conversion c)
    {
        if (node.Int("batch_dims", 0) != 0) { throw node.Error("batch_dims is not supported"); }
        var axis = node.Inputs.Count > 2 ? c.ConstantInt(node, 2, "axis") : 0;
        c.Bind(node, c.Graph.Node("Gather", node.Name, [c.Value(node, 0), c.Value(node, 1)], NodeAttribute.Int("axis", axis)));
    }

    /// <summary>Inputs: indices [n,rank] (or [n], or a scalar, for rank 1), output shape, values [n] or one for all, default
    /// value.</summary>
    private static void SparseToDense(TfjsNode node, Conversion c)
    {
        var indices = c.ConstantInts(node, 0, "indices");
        var shape = Array.ConvertAll(c.ConstantInts(node, 1, "output shape"), d => (long)d);
        var values = c.Constant(node, 2, "values");
        var fallback = c.Constant(node, 3, "default value");
        var count = ElementTypes.Count(shape);
        var rank = shape.Length;
        if (count is < 0 or > DenseLimit || rank == 0 || indices.Length % rank != 0)
        {
            throw node.Error("its shape and indices do not fit");
        }
        var n = indices.Length / rank;
        var fits = fallback.Count == 1 && values.Type == fallback.Type && values.Type.Size() == 4
            && (values.Count == n || values.Dims.Count == 0);
        if (!fits) { throw node.Error("its values do not fit its indices"); }
        // Both element types have 4 bytes, so the bits can be moved without looking at them.
        var dense = new int[count];
        dense.AsSpan().Fill(fallback.Ints[0]);
        for (var i = 0; i < n; i++)
        {
            var offset = 0L;
            for (var axis = 0; axis < rank; axis++)
            {
                var index = indices[(i * rank) + axis];
                if (index < 0 || index >= shape[axis]) { throw node.Error($"index {index} lies outside its shape"); }
                offset = (offset * shape[axis]) + index;
            }
            dense[offset] = values.Ints[values.Count == n ? i : 0];
        }
        c.Bind(node, c.Graph.Constant(node.Name, TensorData.Raw(values.Type, shape, MemoryMarshal.AsBytes(dense.AsSpan()))));
    }
}
