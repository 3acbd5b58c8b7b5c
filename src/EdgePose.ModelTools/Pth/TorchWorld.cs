using System.IO.Compression;
using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Pth;

/// <summary>The few names that a state dict may refer to: dictionaries, tensors and the storages in the ZIP file.</summary>
internal sealed class TorchWorld(ZipArchive zip, string root, string file) : IPickleWorld
{
    /// <summary>All storages together.</summary>
    private const long StorageLimit = 1L << 30;
    private const int MaxRank = 8;
    private static readonly PickleGlobal s_orderedDict = new("collections", "OrderedDict");
    private static readonly PickleGlobal s_rebuildTensor = new("torch._utils", "_rebuild_tensor_v2");
    private static readonly Dictionary<PickleGlobal, ElementType> s_storages = new()
    {
        [new("torch", "FloatStorage")] = ElementType.Float,
        [new("torch", "HalfStorage")] = ElementType.Float16,
        [new("torch", "LongStorage")] = ElementType.Int64,
    };

    private readonly Dictionary<string, TorchStorage> _loaded = new(StringComparer.Ordinal);
    private long _bytes;

    public void Allow(PickleGlobal global)
    {
        if (global != s_orderedDict && global != s_rebuildTensor && !s_storages.ContainsKey(global))
        {
            throw new ModelToolsException($"{file}: the checkpoint refers to '{global}', which is not allowed",
                "only plain state dicts are read: a checkpoint can carry code");
        }
    }

    public object? Call(PickleGlobal global, object?[] arguments)
    {
        if (global == s_orderedDict && arguments.Length == 0) { return new Dictionary<object, object?>(); }
        if (global == s_rebuildTensor && arguments is [TorchStorage storage, long offset, object?[] size, object?[] stride, ..])
        {
            return Tensor(storage, offset, Numbers(size), Numbers(stride));
        }
        throw Broken($"'{global}' is called with arguments that it does not take");
    }

    public object? Load(object? persistentId)
    {
        if (persistentId is not object?[] id
            || id is not ["storage", PickleGlobal global, string key, _, long count] || !s_storages.TryGetValue(global, out var type))
        {
            throw Broken("a persistent id is not a storage");
        }
        if (_loaded.TryGetValue(key, out var known))
        {
            return known.Type == type && known.Count == count ? known : throw Broken($"storage '{key}' is described in two ways");
        }
        var entry = zip.GetEntry($"{root}data/{key}") ?? throw Broken($"storage '{key}' is missing");
        if (count < 0 || entry.Length % type.Size() != 0 || entry.Length / type.Size() != count)
        {
            throw Broken($"storage '{key}' has {entry.Length} bytes, {count} elements of {type} are announced");
        }
        var data = ReadEntry(entry, StorageLimit - _bytes, file);
        _bytes += data.Length;
        return _loaded[key] = new TorchStorage(type, data);
    }

    /// <summary>PyTorch stores its entries without compression, so the length in the directory cannot exceed the file.</summary>
    public static byte[] ReadEntry(ZipArchiveEntry entry, long limit, string file)
    {
        if (entry.CompressedLength != entry.Length || entry.Length > limit)
        {
            throw new ModelToolsException($"{file}: '{entry.FullName}' is compressed or too large for a checkpoint");
        }
        var data = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(data);
        return data;
    }

    private TorchTensor Tensor(TorchStorage storage, long offset, long[] size, long[] stride)
    {
        var count = ElementTypes.Count(size);
        if (size.Length != stride.Length || size.Length > MaxRank || offset < 0 || count < 0 || stride.Any(s => s < 0))
        {
            throw Broken("a tensor's shape and strides do not fit");
        }
        var last = (UInt128)offset;
        for (var axis = 0; axis < size.Length; axis++) { last += (UInt128)Math.Max(0, size[axis] - 1) * (UInt128)stride[axis]; }
        // A stride of 0 could make a tensor of any size from one element; state dicts have no such views.
        if (count > 0 && (last >= (UInt128)storage.Count || count > storage.Count)) { throw Broken("a tensor lies outside its storage"); }
        return new TorchTensor(storage, offset, size, stride);
    }

    private long[] Numbers(object?[] tuple) => Array.ConvertAll(tuple, v =>
        v is long number ? number : throw Broken("a size is not a number"));

    private ModelToolsException Broken(string problem) => new($"{file}: not a checkpoint that can be read: {problem}");
}
