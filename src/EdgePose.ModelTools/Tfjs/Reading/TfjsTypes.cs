using System.Globalization;
using System.Text.Json;
using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Tfjs.Reading;

/// <summary>Decoding of the values that occur all over a TFJS file.</summary>
internal static class TfjsTypes
{
    /// <summary>More dimensions than any TensorFlow operator takes.</summary>
    private const int MaxRank = 8;

    /// <summary>
    /// An element type given by number or name. TF.js computes in float32, int32 and bool only, so every other integer type stands for
    /// int32; a graph where some nodes said int64 would otherwise not type-check in ONNX. uint8 survives for graph inputs.
    /// </summary>
    public static ElementType Parse(JsonElement value, TfjsNode node) =>
        (value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.ToString()) switch
        {
            "1" or "2" or "19" or "DT_FLOAT" or "DT_DOUBLE" or "DT_HALF" => ElementType.Float,
            "3" or "5" or "6" or "9" or "DT_INT32" or "DT_INT16" or "DT_INT8" or "DT_INT64" => ElementType.Int32,
            "4" or "DT_UINT8" => ElementType.UInt8,
            "10" or "DT_BOOL" => ElementType.Bool,
            var other => throw node.Error($"element type {other} is not supported"),
        };

    /// <summary>A protobuf shape: <c>{"dim":[{"size":"3"}, …]}</c>; −1 is an unknown dimension; null for an unknown rank.</summary>
    public static long[]? Dims(JsonElement shape, string where)
    {
        if (shape.TryGetProperty("unknownRank", out var unknown) && unknown.ValueKind == JsonValueKind.True) { return null; }
        if (!shape.TryGetProperty("dim", out var list)) { return []; }
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxRank)
        {
            throw new ModelToolsException($"{where}: a shape is not a list of at most {MaxRank} dimensions");
        }
        var dims = new List<long>();
        foreach (var dim in list.EnumerateArray())
        {
            var size = 0L;
            var present = dim.ValueKind == JsonValueKind.Object && dim.TryGetProperty("size", out var text) && TryLong(text, out size);
            // A size of 0 is left out by protobuf's JSON form, but no model has an empty input: it is unknown.
            if (!present || size is < -1 or > int.MaxValue)
            {
                throw new ModelToolsException($"{where}: a dimension of a shape is not a size");
            }
            dims.Add(size);
        }
        return [.. dims];
    }

    /// <summary>Plain dimensions of a weight: <c>[3,3,8,16]</c>.</summary>
    public static long[] WeightShape(JsonElement shape, string where)
    {
        if (shape.ValueKind != JsonValueKind.Array || shape.GetArrayLength() > MaxRank)
        {
            throw new ModelToolsException($"{where}: its shape is not a list of at most {MaxRank} dimensions");
        }
        var dims = new List<long>();
        foreach (var item in shape.EnumerateArray())
        {
            if (!TryLong(item, out var size) || size is < 0 or > int.MaxValue)
            {
                throw new ModelToolsException($"{where}: its shape has a dimension that is not a size");
            }
            dims.Add(size);
        }
        return [.. dims];
    }

    /// <summary>Integers stand as JSON numbers or, the protobuf way, as strings.</summary>
    public static bool TryLong(JsonElement value, out long number)
    {
        number = 0;
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out number),
            JsonValueKind.String =>
                long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
    }
}
