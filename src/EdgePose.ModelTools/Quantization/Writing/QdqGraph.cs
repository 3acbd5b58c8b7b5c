using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Numbers;

namespace EdgePose.ModelTools.Quantization.Writing;

/// <summary>The graph that is being written: nodes in order, constants once, names as ONNX Runtime's own tools give them.</summary>
internal sealed class QdqGraph(bool wideIsOwnDomain)
{
    /// <summary>Operator set in which ONNX Runtime keeps 16-bit codes for graphs older than opset 21.</summary>
    public const string Microsoft = "com.microsoft";

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _constants = new(StringComparer.Ordinal);

    public List<NodeProto> Nodes { get; } = [];
    public List<TensorProto> Constants { get; } = [];

    /// <summary>True once a node of <see cref="Microsoft"/> was written.</summary>
    public bool UsesMicrosoft { get; private set; }

    /// <summary>Keeps names that the source graph uses.</summary>
    public void Reserve(IEnumerable<string> names) => _names.UnionWith(names);

    /// <summary>Adds a constant; the second one under a name is the first one.</summary>
    public string Constant(string name, TensorProto tensor)
    {
        if (_constants.TryGetValue(name, out var known)) { return known; }
        tensor.Name = _constants[name] = Free(name);
        Constants.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A name that nothing has yet; a number is put behind it where needed.</summary>
    public string Free(string name)
    {
        var free = name;
        for (var k = 1; !_names.Add(free); k++) { free = $"{name}_{k}"; }
        return free;
    }

    /// <summary>Writes a pair's first node; scale and zero point are constants named after <paramref name="stem"/>.</summary>
    /// <returns>The codes.</returns>
    public string Quantize(string value, QuantParams codes, string stem, string output)
    {
        Add("QuantizeLinear", $"{stem}_QuantizeLinear", [value, .. PerTensor(stem, codes)], output, codes.Type, axis: -1);
        return output;
    }

    /// <summary>Writes a pair's second node.</summary>
    public string Dequantize(string codes, QuantParams parameters, string stem, string output)
    {
        Add("DequantizeLinear", $"{stem}_DequantizeLinear", [codes, .. PerTensor(stem, parameters)], output, parameters.Type, axis: -1);
        return output;
    }

    /// <summary>Writes a node that turns stored codes into values.</summary>
    /// <param name="stem">Of the new names.</param>
    /// <param name="codes">int8, uint8, uint16 or int32 codes.</param>
    /// <param name="scales">One, or one for each index of <paramref name="axis"/>.</param>
    /// <param name="axis">−1 = one scale.</param>
    /// <param name="zeroPoint">Code of 0; the same for all.</param>
    /// <param name="type">Type of the codes; null = int32.</param>
    public string Stored(string stem, TensorProto codes, float[] scales, int axis, int zeroPoint, IntegerType? type)
    {
        var (scale, zero) = Scales(stem, scales, axis, zeroPoint, type);
        var name = Constant($"{stem}_quantized", codes);
        return Add("DequantizeLinear", $"{stem}_DequantizeLinear", [name, scale, zero], Free($"{stem}_DequantizeLinear_Output"), type, axis);
    }

    /// <summary>Writes a pair behind a constant that stays float.</summary>
    public string Paired(string stem, string value, float[] scales, int axis)
    {
        var (scale, zero) = Scales(stem, scales, axis, 0, IntegerType.Int8);
        var codes = Add("QuantizeLinear", $"{stem}_QuantizeLinear", [value, scale, zero], Free($"{stem}_QuantizeLinear_Output"), IntegerType.Int8, axis);
        return Add("DequantizeLinear", $"{stem}_DequantizeLinear", [codes, scale, zero], Free($"{stem}_DequantizeLinear_Output"), IntegerType.Int8, axis);
    }

    private string[] PerTensor(string stem, QuantParams codes) =>
    [
        Constant($"{stem}_scale", TensorData.Floats([], [codes.Scale])),
        Constant($"{stem}_zero_point", TensorData.Raw(codes.Type.Element(), [], codes.Type.Pack([codes.ZeroPoint]))),
    ];

    private (string Scale, string Zero) Scales(string stem, float[] scales, int axis, int zeroPoint, IntegerType? type)
    {
        long[] dims = axis < 0 ? [] : [scales.Length];
        var zeros = new int[axis < 0 ? 1 : scales.Length];
        Array.Fill(zeros, zeroPoint);
        var zero = type is { } t ? TensorData.Raw(t.Element(), dims, t.Pack(zeros)) : TensorData.Raw(ElementType.Int32, dims, new byte[sizeof(int) * zeros.Length]);
        return (Constant($"{stem}_scale", TensorData.Floats(dims, scales)), Constant($"{stem}_zero_point", zero));
    }

    private string Add(string op, string name, string[] inputs, string output, IntegerType? type, int axis)
    {
        var own = wideIsOwnDomain && type?.Is16Bit() == true;
        UsesMicrosoft |= own;
        var node = new NodeProto { OpType = op, Name = Free(name), Domain = own ? Microsoft : "", Output = { output } };
        node.Input.AddRange(inputs);
        if (axis >= 0) { node.Attribute.Add(NodeAttribute.Int("axis", axis)); }
        Nodes.Add(node);
        return output;
    }
}
