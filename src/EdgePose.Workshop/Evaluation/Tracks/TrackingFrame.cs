namespace EdgePose.Workshop.Evaluation.Tracks;

/// <summary>One frame of a sequence: who is there, who was listed, and how similar they are.</summary>
/// <param name="Truth">Identities of the people, each once.</param>
/// <param name="Tracks">Identities of the listed tracks, each once.</param>
/// <param name="Similarity">Row-major, people x tracks, 0..1.</param>
internal sealed record TrackingFrame(IReadOnlyList<long> Truth, IReadOnlyList<long> Tracks, double[] Similarity)
{
    /// <summary>Two similarities this close count as equal to a threshold; numpy's machine epsilon.</summary>
    public const double Epsilon = 2.220446049250313e-16;

    public double this[int truth, int track] => Similarity[truth * Tracks.Count + track];

    public static TrackingFrame Of(IReadOnlyList<long> truth, IReadOnlyList<long> tracks, Func<int, int, double> similarity)
    {
        var values = new double[truth.Count * tracks.Count];
        for (var g = 0; g < truth.Count; g++)
        {
            for (var t = 0; t < tracks.Count; t++) { values[g * tracks.Count + t] = similarity(g, t); }
        }
        return new TrackingFrame(truth, tracks, values);
    }
}

/// <summary>A sequence with identities renumbered from 0, as the metrics index them.</summary>
internal sealed class TrackingSequence
{
    public TrackingSequence(IReadOnlyList<TrackingFrame> frames)
    {
        Frames = frames;
        var (truth, tracks) = (new Dictionary<long, int>(), new Dictionary<long, int>());
        Truth = [.. frames.Select(f => f.Truth.Select(id => Index(truth, id)).ToArray())];
        Tracks = [.. frames.Select(f => f.Tracks.Select(id => Index(tracks, id)).ToArray())];
        (TruthFrames, TrackFrames) = (Lengths(Truth, truth.Count), Lengths(Tracks, tracks.Count));
    }

    public IReadOnlyList<TrackingFrame> Frames { get; }

    /// <summary>Per frame the index of each person.</summary>
    public int[][] Truth { get; }

    /// <summary>Per frame the index of each track.</summary>
    public int[][] Tracks { get; }

    /// <summary>Frames in which each person is.</summary>
    public int[] TruthFrames { get; }

    /// <summary>Frames in which each track is.</summary>
    public int[] TrackFrames { get; }

    private static int Index(Dictionary<long, int> indices, long id)
    {
        if (!indices.TryGetValue(id, out var index)) { indices.Add(id, index = indices.Count); }
        return index;
    }

    private static int[] Lengths(int[][] frames, int count)
    {
        var lengths = new int[count];
        foreach (var index in frames.SelectMany(f => f)) { lengths[index]++; }
        return lengths;
    }
}
