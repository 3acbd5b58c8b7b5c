using EdgePose.ModelTools.Pth;

namespace EdgePose.ModelTools.LitePose;

/// <summary>Dense float weights by PyTorch name, with checked shapes.</summary>
internal sealed class StateDict
{
    private readonly Dictionary<string, (int[] Dims, float[] Values)> _weights = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly string _file;

    private StateDict(string file) => _file = file;

    public string File => _file;

    public IEnumerable<string> Names => _weights.Keys;

    /// <summary>Elements that training would change: all but the running statistics of batch norms.</summary>
    public long Parameters => _weights.Where(w => !w.Key.Contains(".running_", StringComparison.Ordinal)).Sum(w => (long)w.Value.Values.Length);

    /// <summary>All float tensors of a checkpoint; counters of batch norms are left out.</summary>
    /// <exception cref="ModelToolsException">A tensor of another type, or a value that is not finite.</exception>
    public static StateDict From(IReadOnlyDictionary<string, TorchTensor> tensors, string file)
    {
        var state = new StateDict(file);
        foreach (var (name, tensor) in tensors)
        {
            if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal)) { continue; }
            float[] values;
            try { values = tensor.ToFloats(); }
            catch (ModelToolsException e)
            {
                throw new ModelToolsException($"{file}: '{name}': {e.Message}", e.Hint, e);
            }
            state.Add(name, [.. tensor.Dims.Select(d => (int)d)], values);
        }
        return state;
    }

    public static StateDict Empty(string file) => new(file);

    public void Add(string name, int[] dims, float[] values)
    {
        var bad = Array.FindIndex(values, v => !float.IsFinite(v));
        if (bad >= 0)
        {
            throw new ModelToolsException($"{_file}: '{name}' contains {values[bad]}", "the training diverged or the file is damaged; use another checkpoint");
        }
        _weights[name] = (dims, values);
    }

    public bool Has(string name) => _weights.ContainsKey(name);

    /// <summary>The shape, which must have <paramref name="rank"/> dimensions.</summary>
    public int[] Dims(string name, int rank)
    {
        var dims = Find(name).Dims;
        return dims.Length == rank ? dims : throw Misshapen(name, dims, $"{rank} dimensions");
    }

    /// <summary>The values of a tensor of exactly this shape.</summary>
    public float[] Get(string name, params ReadOnlySpan<int> dims)
    {
        var (actual, values) = Find(name);
        _used.Add(name);
        return dims.SequenceEqual(actual) ? values : throw Misshapen(name, actual, $"[{string.Join(',', dims.ToArray())}]");
    }

    /// <exception cref="ModelToolsException">A tensor was not asked for: the network has a part that is not understood.</exception>
    public void RequireAllUsed()
    {
        var unused = _weights.Keys.Where(n => !_used.Contains(n)).Order(StringComparer.Ordinal).ToList();
        if (unused.Count > 0)
        {
            throw new ModelToolsException($"{_file}: not a LitePose checkpoint: {unused.Count} tensors have no place in it, the first is '{unused[0]}'");
        }
    }

    private (int[] Dims, float[] Values) Find(string name) => _weights.TryGetValue(name, out var found) ? found
        : throw new ModelToolsException($"{_file}: not a LitePose checkpoint: the tensor '{name}' is missing");

    private ModelToolsException Misshapen(string name, int[] actual, string expected) =>
        new($"{_file}: the tensor '{name}' is [{string.Join(',', actual)}], expected {expected}");
}
