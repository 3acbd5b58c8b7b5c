using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Quantization.Numbers;

/// <summary>Integer types that values are quantized to.</summary>
internal enum IntegerType
{
    UInt8,
    Int8,
    UInt16,
    Int16,
}

internal static class IntegerTypes
{
    /// <summary>
    /// Codes between which the scale is laid out (microsoft/onnxruntime:onnxruntime/python/tools/quantization/quant_utils.py). A symmetric
    /// range has as many codes below the zero point as above it; a reduced one leaves the top bit unused.
    /// </summary>
    public static (int Min, int Max) Range(this IntegerType type, bool symmetric, bool reduced) => (type, reduced, symmetric) switch
    {
        (IntegerType.Int8, true, _) => (-64, 64),
        (IntegerType.UInt8, true, _) => (0, 127),
        (IntegerType.Int16, true, _) => (-16384, 16384),
        (IntegerType.UInt16, true, _) => (0, 32767),
        (IntegerType.Int8, _, true) => (-127, 127),
        (IntegerType.UInt8, _, true) => (0, 254),
        (IntegerType.Int16, _, true) => (-32767, 32767),
        (IntegerType.UInt16, _, true) => (0, 65534),
        _ => type.Full(),
    };

    /// <summary>Codes that the type can hold; values are clipped to these, whatever the scale came from.</summary>
    public static (int Min, int Max) Full(this IntegerType type) => type switch
    {
        IntegerType.UInt8 => (byte.MinValue, byte.MaxValue),
        IntegerType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        IntegerType.UInt16 => (ushort.MinValue, ushort.MaxValue),
        _ => (short.MinValue, short.MaxValue),
    };

    public static bool Is16Bit(this IntegerType type) => type is IntegerType.UInt16 or IntegerType.Int16;

    public static ElementType Element(this IntegerType type) => type switch
    {
        IntegerType.UInt8 => ElementType.UInt8,
        IntegerType.Int8 => ElementType.Int8,
        IntegerType.UInt16 => ElementType.UInt16,
        _ => ElementType.Int16,
    };

    /// <summary>The codes as raw tensor data: little-endian.</summary>
    public static byte[] Pack(this IntegerType type, ReadOnlySpan<int> codes)
    {
        var wide = type.Is16Bit();
        var data = new byte[codes.Length * (wide ? 2 : 1)];
        for (var i = 0; i < codes.Length; i++)
        {
            if (wide) { (data[2 * i], data[(2 * i) + 1]) = ((byte)codes[i], (byte)(codes[i] >> 8)); }
            else { data[i] = (byte)codes[i]; }
        }
        return data;
    }
}
