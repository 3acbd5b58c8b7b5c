using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Tfjs.Reading;

/// <summary>
/// Reads one group of the weights manifest: the shards in order form one buffer, in which the weights follow one another without padding.
/// Nothing is allocated on the word of the file: a weight must fit into what is left of the buffer before its memory is taken.
/// </summary>
internal static class WeightReader
{
    /// <summary>All shards together. Quantized weights grow at most fourfold from there.</summary>
    private const long ShardLimit = 512L << 20;

    public static void ReadGroup(
        JsonElement group, string folder, string file, Dictionary<string, TfjsWeight> weights, List<string> sources)
    {
        if (!group.TryGetProperty("paths", out var paths) || paths.ValueKind != JsonValueKind.Array
            || !group.TryGetProperty("weights", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new ModelToolsException($"{file}: a group of the weights manifest has no 'paths' or no 'weights'");
        }
        var buffer = ReadShards(paths, folder, file, sources);
        var rest = buffer.AsMemory();
        foreach (var entry in list.EnumerateArray())
        {
            var weight = ReadWeight(entry, ref rest, file);
            if (!weights.TryAdd(weight.Name, weight))
            {
                throw new ModelToolsException($"{file}: the weight '{weight.Name}' is listed twice");
            }
        }
        if (rest.Length > 0)
        {
            throw new ModelToolsException($"{file}: the shards hold {rest.Length} bytes more than the weights need",
                "the files do not belong together");
        }
    }

    private static byte[] ReadShards(JsonElement paths, string folder, string file, List<string> sources)
    {
        var streams = new List<FileStream>();
        try
        {
            var total = 0L;
            foreach (var path in paths.EnumerateArray())
            {
                var name = path.ValueKind == JsonValueKind.String ? path.GetString()! : "";
                // A shard is a neighbour of the JSON file: a model must not be able to name other files of the machine.
                if (name.Length == 0 || name != Path.GetFileName(name) || name is "." or "..")
                {
                    throw new ModelToolsException($"{file}: the shard path '{name}' is not a plain file name");
                }
                var shard = Path.Combine(folder, name);
                streams.Add(AtomicFile.Open(shard, ShardLimit - total));
                sources.Add(shard);
                total += streams[^1].Length;
            }
            var buffer = new byte[total];
            var offset = 0;
            foreach (var stream in streams)
            {
                stream.ReadExactly(buffer, offset, (int)stream.Length);
                offset += (int)stream.Length;
            }
            return buffer;
        }
        catch (IOException e)
        {
            throw new ModelToolsException($"{file}: a shard cannot be read: {e.Message}", "", e);
        }
        finally
        {
            foreach (var stream in streams) { stream.Dispose(); }
        }
    }

    private static TfjsWeight ReadWeight(JsonElement entry, ref Memory<byte> rest, string file)
    {
        var name = TfjsReader.Text(entry, "name") ?? throw new ModelToolsException($"{file}: a weight has no name");
        var where = $"{file}: weight '{name}'";
        var dims = TfjsTypes.WeightShape(entry.TryGetProperty("shape", out var shape) ? shape : default, where);
        var type = TfjsReader.Text(entry, "dtype") switch
        {
            "float32" => ElementType.Float,
            "int32" => ElementType.Int32,
            "bool" => ElementType.Bool,
            var other => throw new ModelToolsException($"{where}: element type '{other}' is not supported"),
        };
        var quantized = entry.TryGetProperty("quantization", out var quantization) && quantization.ValueKind == JsonValueKind.Object;
        var stored = quantized ? TfjsReader.Text(quantization, "dtype") : null;
        var size = stored switch
        {
            null when !quantized => type.Size(),
            "uint8" when type != ElementType.Bool => 1,
            "uint16" when type != ElementType.Bool => 2,
            "float16" when type == ElementType.Float => 2,
            _ => throw new ModelToolsException($"{where}: quantization '{stored}' of {type} is not supported"),
        };
        var count = ElementTypes.Count(dims);
        if (count < 0 || count > rest.Length / size)
        {
            throw new ModelToolsException($"{where}: [{string.Join(',', dims)}] needs more bytes than the shards have left ({rest.Length})",
                "the files are truncated or do not belong together");
        }
        var data = rest[..(int)(count * size)];
        rest = rest[(int)(count * size)..];
        var weight = new TfjsWeight(name, type, dims, stored is null ? data : Dequantize(data.Span, stored, type, quantization, where));
        if (type == ElementType.Float && HasNaN(weight.Floats))
        {
            throw new ModelToolsException($"{where}: it contains NaN", "the file is damaged or the training diverged");
        }
        return weight;
    }

    private static byte[] Dequantize(ReadOnlySpan<byte> stored, string storedType, ElementType type, JsonElement quantization, string where)
    {
        var width = storedType == "uint8" ? 1 : 2;
        var result = new byte[stored.Length / width * 4];
        var floats = MemoryMarshal.Cast<byte, float>(result.AsSpan());
        if (storedType == "float16")
        {
            TensorData.HalfToFloat(stored, floats);
            return result;
        }
        var scale = Number(quantization, "scale", where);
        var min = Number(quantization, "min", where);
        var ints = MemoryMarshal.Cast<byte, int>(result.AsSpan());
        for (var i = 0; i < floats.Length; i++)
        {
            var code = width == 1 ? stored[i] : BinaryPrimitives.ReadUInt16LittleEndian(stored[(2 * i)..]);
            var value = (code * scale) + min;
            // Integers are rounded half up, as JavaScript's Math.round does.
            if (type == ElementType.Int32) { ints[i] = (int)Math.Floor(value + 0.5); } else { floats[i] = (float)value; }
        }
        return result;
    }

    private static double Number(JsonElement quantization, string name, string where) =>
        quantization.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            && double.IsFinite(number)
            ? number
            : throw new ModelToolsException($"{where}: its quantization has no '{name}'");

    private static bool HasNaN(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (float.IsNaN(value)) { return true; }
        }
        return false;
    }
}
