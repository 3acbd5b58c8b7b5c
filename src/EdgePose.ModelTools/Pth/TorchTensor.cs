using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Pth;

/// <summary>One storage of a checkpoint: little-endian elements of one type.</summary>
internal sealed record TorchStorage(ElementType Type, ReadOnlyMemory<byte> Data)
{
    public long Count => Data.Length / Type.Size();
}

/// <summary>A view of a storage; offset and strides count elements. The constructor's caller has checked that it stays inside.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, IReadOnlyList<long> Dims, IReadOnlyList<long> Strides)
{
    public long Count => ElementTypes.Count(Dims);

    /// <summary>The elements in C order, half floats widened.</summary>
    /// <exception cref="ModelToolsException">Not a float tensor.</exception>
    public float[] ToFloats()
    {
        var values = new float[Count];
        var data = Storage.Data.Span;
        var index = new long[Dims.Count];
        var offset = Offset;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Storage.Type switch
            {
                ElementType.Float => MemoryMarshal.Read<float>(data[(int)(4 * offset)..]),
                ElementType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(data[(int)(2 * offset)..]),
                var other => throw new ModelToolsException($"a tensor of {other} stands where floats are needed"),
            };
            for (var axis = Dims.Count - 1; axis >= 0; axis--)
            {
                offset += Strides[axis];
                if (++index[axis] < Dims[axis]) { break; }
                offset -= Strides[axis] * Dims[axis];
                index[axis] = 0;
            }
        }
        return values;
    }
}
