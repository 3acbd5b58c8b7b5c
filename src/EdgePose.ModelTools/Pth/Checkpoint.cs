using System.IO.Compression;

namespace EdgePose.ModelTools.Pth;

/// <summary>Reads the tensors of a PyTorch checkpoint (the ZIP form of PyTorch 1.6 and later) without running any of its code.</summary>
internal static class Checkpoint
{
    private const long FileLimit = 1L << 30;
    private const long PickleLimit = 64L << 20;

    /// <summary>
    /// The state dict: the best or the last one of a training checkpoint, or the whole file. A <c>module.</c> that all names share is
    /// dropped.
    /// </summary>
    /// <exception cref="ModelToolsException">Unreadable, truncated, not a checkpoint, a foreign global, or tensors outside their
    /// storage.</exception>
    public static IReadOnlyDictionary<string, TorchTensor> Read(string path)
    {
        var file = Path.GetFileName(path);
        using var stream = AtomicFile.Open(path, FileLimit);
        try
        {
            if (stream.ReadByte() != 'P' || stream.ReadByte() != 'K')
            {
                throw new ModelToolsException($"{file}: not a checkpoint in PyTorch's ZIP form",
                    "load it and save it again with PyTorch 1.6 or newer");
            }
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            var pickles = zip.Entries.Where(e => e.FullName.EndsWith("/data.pkl", StringComparison.Ordinal)).ToList();
            if (pickles is not [var pickle])
            {
                throw new ModelToolsException($"{file}: not a PyTorch checkpoint: it has no single data.pkl");
            }
            var root = pickle.FullName[..^"data.pkl".Length];
            var world = new TorchWorld(zip, root, file);
            return StateDict(new PickleMachine(TorchWorld.ReadEntry(pickle, PickleLimit, file), world, file).Run(), file);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new ModelToolsException($"{file}: the checkpoint is damaged or truncated: {e.Message}", "fetch the file again", e);
        }
    }

    private static Dictionary<string, TorchTensor> StateDict(object? value, string file)
    {
        if (value is not Dictionary<object, object?> dictionary)
        {
            throw new ModelToolsException($"{file}: the checkpoint holds no dictionary");
        }
        var inner = dictionary.GetValueOrDefault("best_state_dict") ?? dictionary.GetValueOrDefault("state_dict");
        var tensors = new Dictionary<string, TorchTensor>(StringComparer.Ordinal);
        foreach (var (key, item) in inner as Dictionary<object, object?> ?? dictionary)
        {
            if (key is string name && item is TorchTensor tensor) { tensors[name] = tensor; }
        }
        if (tensors.Count == 0) { throw new ModelToolsException($"{file}: the checkpoint holds no tensors by name"); }
        const string Wrapper = "module.";
        return tensors.Keys.All(k => k.StartsWith(Wrapper, StringComparison.Ordinal))
            ? tensors.ToDictionary(t => t.Key[Wrapper.Length..], t => t.Value, StringComparer.Ordinal)
            : tensors;
    }
}
