using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Quantization.Numbers;

/// <summary>
/// A constant that is quantized with one scale for each index of one axis, or with one for all. Signed, symmetric, zero point 0.
/// </summary>
internal sealed class ChannelWeights
{
    private readonly float[] _values;
    private readonly long[] _dims;
    private readonly int _inner;
    private int[]? _codes;

    /// <param name="tensor">The float constant.</param>
    /// <param name="axis">Axis of the scales; −1 = one scale for all.</param>
    /// <param name="reduced">7 bits.</param>
    public ChannelWeights(TensorProto tensor, int axis, bool reduced)
    {
        (_values, _dims, Axis) = (TensorData.ToFloats(tensor), [.. tensor.Dims], axis);
        var channels = axis < 0 ? 1 : (int)_dims[axis];
        _inner = axis < 0 ? Math.Max(1, _values.Length) : (int)ElementTypes.Count(_dims.Skip(axis + 1));
        Scales = new float[channels];
        var ranges = new ValueRange[channels];
        Array.Fill(ranges, new ValueRange(0, 0));
        for (var i = 0; i < _values.Length; i++)
        {
            ref var range = ref ranges[Channel(i)];
            range = range.Union(new ValueRange(_values[i], _values[i]));
        }
        for (var c = 0; c < channels; c++) { Scales[c] = QuantParams.Of(ranges[c], IntegerType.Int8, symmetric: true, reduced).Scale; }
    }

    /// <summary>Axis of <see cref="Scales"/>; −1 = one for all.</summary>
    public int Axis { get; }

    public float[] Scales { get; }

    /// <summary>The codes for the present scales, as an int8 tensor of the constant's shape.</summary>
    public TensorProto Codes() => TensorData.Raw(ElementType.Int8, _dims, IntegerType.Int8.Pack(QuantizeAll()));

    /// <summary>What the codes stand for minus the float values: the error that quantization makes.</summary>
    public float[] Errors()
    {
        var codes = QuantizeAll();
        var errors = new float[codes.Length];
        for (var i = 0; i < errors.Length; i++) { errors[i] = (codes[i] * Scales[Channel(i)]) - _values[i]; }
        return errors;
    }

    /// <summary>Takes other codes than the nearest ones, found row by row: a row holds the weights of one scale.</summary>
    /// <param name="round">Gets a row's values in units of its scale and its nearest codes, which it may change.</param>
    public void Round(RowRounding round)
    {
        if (Axis != 0) { return; }
        _codes = null;
        var codes = QuantizeAll();
        var units = new float[_inner];
        for (var row = 0; row < Scales.Length; row++)
        {
            for (var i = 0; i < _inner; i++) { units[i] = _values[(row * _inner) + i] / Scales[row]; }
            round(units, codes.AsSpan(row * _inner, _inner));
        }
        _codes = codes;
    }

    private int[] QuantizeAll()
    {
        if (_codes is not null) { return _codes; }
        var codes = new int[_values.Length];
        for (var i = 0; i < codes.Length; i++) { codes[i] = new QuantParams(IntegerType.Int8, Scales[Channel(i)], 0).Quantize(_values[i]); }
        return codes;
    }

    private int Channel(int index) => index / _inner % Scales.Length;
}

/// <summary>Chooses the codes of one row of weights.</summary>
internal delegate void RowRounding(ReadOnlySpan<float> values, Span<int> codes);
