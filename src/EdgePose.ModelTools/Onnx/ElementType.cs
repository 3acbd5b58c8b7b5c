namespace EdgePose.ModelTools.Onnx;

/// <summary>ONNX's numbers of the element types that this library computes with. A file may hold others; they are passed through.</summary>
internal enum ElementType
{
    Undefined = 0, Float = 1, UInt8 = 2, Int8 = 3, UInt16 = 4, Int16 = 5, Int32 = 6, Int64 = 7, String = 8, Bool = 9,
    Float16 = 10, Double = 11, UInt32 = 12, UInt64 = 13, BFloat16 = 16,
}

internal static class ElementTypes
{
    /// <summary>Bytes of one element in raw data, or 0 where the type has no fixed whole number of bytes here.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.UInt8 or ElementType.Int8 or ElementType.Bool => 1,
        ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.Float or ElementType.Int32 or ElementType.UInt32 => 4,
        ElementType.Int64 or ElementType.UInt64 or ElementType.Double => 8,
        _ => 0,
    };

    /// <summary>Number of elements of a shape, or −1 if a dimension is negative or the product leaves the range of a 63-bit
    /// number.</summary>
    public static long Count(IEnumerable<long> dims)
    {
        var count = 1L;
        var empty = false;
        foreach (var dim in dims)
        {
            if (dim < 0) { return -1; }
            if (dim == 0) { empty = true; continue; }
            if (count > long.MaxValue / dim) { return -1; }
            count *= dim;
        }
        return empty ? 0 : count;
    }
}
