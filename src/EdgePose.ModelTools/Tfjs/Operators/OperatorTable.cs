using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>Writes one TensorFlow node as ONNX nodes and binds its outputs.</summary>
internal delegate void Converter(TfjsNode node, Conversion conversion);

/// <summary>All operators that the importer knows; each family registers its own.</summary>
internal static class OperatorTable
{
    private static readonly Dictionary<string, Converter> s_converters = Create();

    public static IReadOnlyCollection<string> Names => s_converters.Keys;

    /// <exception cref="ModelToolsException">The operator is unknown, or its converter refuses the node.</exception>
    public static void Convert(TfjsNode node, Conversion conversion)
    {
        if (!s_converters.TryGetValue(node.Op, out var converter))
        {
            throw new ModelToolsException($"node '{node.Name}': the operator '{node.Op}' is not supported",
                "leave the outputs that need it out of the conversion, or bring the model as ONNX");
        }
        converter(node, conversion);
    }

    private static Dictionary<string, Converter> Create()
    {
        var table = new Dictionary<string, Converter>(StringComparer.Ordinal);
        Convolution.Register(table);
        Elementwise.Register(table);
        Matrix.Register(table);
        Reduction.Register(table);
        Resizing.Register(table);
        Selection.Register(table);
        Shaping.Register(table);
        Slicing.Register(table);
        return table;
    }
}
