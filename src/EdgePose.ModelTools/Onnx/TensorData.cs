using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace EdgePose.ModelTools.Onnx;

/// <summary>Makes and reads tensors. Whatever is made here holds raw data: little-endian, C order, no padding.</summary>
internal static class TensorData
{
    public static TensorProto Raw(ElementType type, IEnumerable<long> dims, ReadOnlySpan<byte> data)
    {
        var tensor = new TensorProto { DataType = (int)type, RawData = ByteString.CopyFrom(data) };
        tensor.Dims.AddRange(dims);
        return tensor;
    }

    public static TensorProto Floats(IEnumerable<long> dims, ReadOnlySpan<float> values) =>
        Raw(ElementType.Float, dims, MemoryMarshal.AsBytes(values));

    public static TensorProto Int64s(IEnumerable<long> dims, ReadOnlySpan<long> values) =>
        Raw(ElementType.Int64, dims, MemoryMarshal.AsBytes(values));

    /// <summary>The elements of a float or float16 tensor, from whichever field holds them.</summary>
    /// <exception cref="ModelToolsException">Another element type, or another number of elements than the shape says.</exception>
    public static float[] ToFloats(TensorProto tensor)
    {
        var count = CheckedCount(tensor);
        var values = new float[count];
        var raw = tensor.RawData.Span;
        switch ((ElementType)tensor.DataType)
        {
            case ElementType.Float when tensor.HasRawData:
                MemoryMarshal.Cast<byte, float>(raw).CopyTo(values);
                return values;
            case ElementType.Float:
                tensor.FloatData.CopyTo(values, 0);
                return values;
            case ElementType.Float16 when tensor.HasRawData:
                HalfToFloat(raw, values);
                return values;
            case ElementType.Float16:
                // Without raw data a half stands as its bit pattern in the 32-bit integers.
                for (var i = 0; i < values.Length; i++) { values[i] = (float)BitConverter.UInt16BitsToHalf((ushort)tensor.Int32Data[i]); }
                return values;
            default:
                throw new ModelToolsException($"tensor '{tensor.Name}': type {(ElementType)tensor.DataType} is not a float type");
        }
    }

    /// <summary>The elements of an int32 or int64 tensor.</summary>
    /// <exception cref="ModelToolsException">Another element type, or another number of elements than the shape says.</exception>
    public static long[] ToInt64s(TensorProto tensor)
    {
        var values = new long[CheckedCount(tensor)];
        var raw = tensor.RawData.Span;
        switch ((ElementType)tensor.DataType)
        {
            case ElementType.Int64 when tensor.HasRawData:
                MemoryMarshal.Cast<byte, long>(raw).CopyTo(values);
                return values;
            case ElementType.Int64:
                tensor.Int64Data.CopyTo(values, 0);
                return values;
            case ElementType.Int32:
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = tensor.HasRawData ? BinaryPrimitives.ReadInt32LittleEndian(raw[(4 * i)..]) : tensor.Int32Data[i];
                }
                return values;
            default:
                throw new ModelToolsException($"tensor '{tensor.Name}': type {(ElementType)tensor.DataType} is not an integer type");
        }
    }

    /// <summary>Widens IEEE half floats (two little-endian bytes each) exactly.</summary>
    public static void HalfToFloat(ReadOnlySpan<byte> halves, Span<float> floats)
    {
        for (var i = 0; i < floats.Length; i++) { floats[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(halves[(2 * i)..]); }
    }

    /// <summary>Number of elements that the tensor's data hold, by its type and the field in use; −1 for types of unknown layout.</summary>
    public static long StoredCount(TensorProto tensor)
    {
        var type = (ElementType)tensor.DataType;
        if (type == ElementType.String) { return tensor.StringData.Count; }
        if (type.Size() is var size && size == 0) { return -1; }
        if (tensor.HasRawData) { return tensor.RawData.Length % size == 0 ? tensor.RawData.Length / size : -2; }
        return type switch
        {
            ElementType.Float => tensor.FloatData.Count,
            ElementType.Double => tensor.DoubleData.Count,
            ElementType.Int64 => tensor.Int64Data.Count,
            ElementType.UInt32 or ElementType.UInt64 => tensor.Uint64Data.Count,
            _ => tensor.Int32Data.Count,
        };
    }

    private static long CheckedCount(TensorProto tensor)
    {
        var count = ElementTypes.Count(tensor.Dims);
        var stored = StoredCount(tensor);
        return count >= 0 && count == stored
            ? count
            : throw new ModelToolsException(
                $"tensor '{tensor.Name}': its shape [{string.Join(',', tensor.Dims)}] does not fit the data it holds");
    }
}
