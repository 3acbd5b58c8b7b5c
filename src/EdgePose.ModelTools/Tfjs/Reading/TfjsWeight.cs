using System.Runtime.InteropServices;
using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Tfjs.Reading;

/// <summary>A constant: Float, Int32 or Bool, C order, little-endian, dequantized.</summary>
internal sealed record TfjsWeight(string Name, ElementType Type, IReadOnlyList<long> Dims, ReadOnlyMemory<byte> Data)
{
    public long Count => ElementTypes.Count(Dims);

    public ReadOnlySpan<float> Floats => MemoryMarshal.Cast<byte, float>(Data.Span);

    public ReadOnlySpan<int> Ints => MemoryMarshal.Cast<byte, int>(Data.Span);

    public TensorProto ToTensor() => TensorData.Raw(Type, Dims, Data.Span);

    /// <summary>A float constant with its axes reordered: axis i of the result is axis <c>order[i]</c> of this one.</summary>
    public float[] Transposed(params ReadOnlySpan<int> order)
    {
        var source = Floats;
        var result = new float[source.Length];
        var rank = order.Length;
        Span<long> strides = stackalloc long[rank];
        Span<long> sizes = stackalloc long[rank];
        for (var axis = 0; axis < rank; axis++)
        {
            sizes[axis] = Dims[order[axis]];
            strides[axis] = 1;
            for (var inner = order[axis] + 1; inner < rank; inner++) { strides[axis] *= Dims[inner]; }
        }
        Span<long> index = stackalloc long[rank];
        var offset = 0L;
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = source[(int)offset];
            for (var axis = rank - 1; axis >= 0; axis--)
            {
                offset += strides[axis];
                if (++index[axis] < sizes[axis]) { break; }
                offset -= strides[axis] * sizes[axis];
                index[axis] = 0;
            }
        }
        return result;
    }
}
