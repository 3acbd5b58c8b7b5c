namespace EdgePose.Networks.Families.LitePose;

/// <summary>A local maximum of a joint's heat map with the tags at its pixel.</summary>
/// <param name="X">Column in map pixels.</param>
/// <param name="Y">Row in map pixels.</param>
/// <param name="Value">Heat.</param>
/// <param name="Tag">Tag of the plain run.</param>
/// <param name="MirroredTag">Tag of the mirrored run; 0 without one.</param>
internal readonly record struct Peak(int X, int Y, float Value, float Tag, float MirroredTag);

/// <summary>
/// The strongest peaks of each joint, strongest first. Filled between <see cref="Begin"/> and <see cref="End"/> with a bounded min-heap whose
/// sift order is the one of std::partial_sort in libstdc++ on a map that is zero elsewhere: that is what the reference's top-k does on the
/// CPU, so that peaks of exactly equal value come in its order too.
/// </summary>
internal sealed class Peaks(int joints, int limit)
{
    private readonly Peak[] _items = new Peak[joints * limit];
    private readonly int[] _counts = new int[joints];
    private int _joint;

    public int Joints { get; } = joints;
    public int Limit { get; } = limit;

    public ReadOnlySpan<Peak> Of(int joint) => _items.AsSpan(joint * Limit, _counts[joint]);

    public ref readonly Peak At(int joint, int index) => ref _items[joint * Limit + index];

    /// <summary>Value that the next peak of the current joint must exceed to be kept.</summary>
    public float Floor => _items[_joint * Limit].Value;

    public void Begin(int joint)
    {
        _joint = joint;
        Heap.Clear();
    }

    /// <summary>Keeps <paramref name="peak"/> in place of the weakest one. Peaks come in row-major order.</summary>
    public void Add(in Peak peak)
    {
        if (peak.Value > Floor) { Sift(Heap, peak); }
    }

    public void End()
    {
        var heap = Heap;
        for (var last = heap.Length - 1; last > 0; last--)
        {
            var weakest = heap[0];
            var moved = heap[last];
            heap[last] = weakest;
            Sift(heap[..last], moved);
        }
        var count = 0;
        while (count < heap.Length && heap[count].Value > 0) { count++; }
        _counts[_joint] = count;
    }

    /// <summary>Reads the tags of a joint's peaks from its coarse tag map, half as large as the map of the peaks; drops those that are not finite.</summary>
    public void ReadTags(int joint, ReadOnlySpan<float> tags, int width, int height)
    {
        var count = 0;
        foreach (ref readonly var peak in Of(joint))
        {
            var tag = Bilinear.Sample(tags, width, height, peak.X, peak.Y);
            if (float.IsFinite(tag)) { _items[joint * Limit + count++] = peak with { Tag = tag }; }
        }
        _counts[joint] = count;
    }

    private Span<Peak> Heap => _items.AsSpan(_joint * Limit, Limit);

    // Replaces the root: the hole sinks to a leaf along the weaker children, then the new peak rises from there.
    private static void Sift(Span<Peak> heap, in Peak peak)
    {
        var hole = 0;
        while (2 * hole + 1 < heap.Length)
        {
            var child = 2 * hole + 2;
            if (child == heap.Length || heap[child].Value > heap[child - 1].Value) { child--; }
            heap[hole] = heap[child];
            hole = child;
        }
        while (hole > 0)
        {
            var parent = (hole - 1) / 2;
            if (!(heap[parent].Value > peak.Value)) { break; }
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = peak;
    }
}
