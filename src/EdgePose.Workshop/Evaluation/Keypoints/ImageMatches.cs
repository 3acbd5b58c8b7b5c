namespace EdgePose.Workshop.Evaluation.Keypoints;

/// <summary>Areas of people that count, in square pixels, both ends included.</summary>
internal readonly record struct AreaRange(double Least, double Most)
{
    public static readonly AreaRange All = new(0, 1e10);
    public static readonly AreaRange Medium = new(32 * 32, 96 * 96);
    public static readonly AreaRange Large = new(96 * 96, 1e10);

    public bool Contains(double area) => area >= Least && area <= Most;
}

/// <summary>
/// Detections of one picture assigned to its people, at each of the ten thresholds (pycocotools' evaluateImg): by falling score each takes
/// the most similar person that is free, people that count before those that do not, the later one of two equally similar ones.
/// </summary>
internal sealed class ImageMatches
{
    private ImageMatches(EvalImage image, int found)
    {
        Scores = [.. image.Found.Select(d => d.Score)];
        (TruePositive, Ignored) = (new int[found], new int[found]);
    }

    /// <summary>OKS thresholds .50 ... .95, with numpy's arithmetic for linspace.</summary>
    public static double[] Thresholds { get; } = Linspace(0.5, 0.95, 10);

    /// <summary>By falling score.</summary>
    public double[] Scores { get; }

    /// <summary>Bit t: the detection hit a person at threshold t.</summary>
    public int[] TruePositive { get; }

    /// <summary>Bit t: the detection does not count at threshold t.</summary>
    public int[] Ignored { get; }

    /// <summary>People that count.</summary>
    public int Valid { get; private init; }

    /// <summary>Null for a picture without people and detections.</summary>
    public static ImageMatches? Of(EvalImage image, AreaRange range)
    {
        if (image.People.Count == 0 && image.Found.Count == 0) { return null; }
        var ignore = image.People.Select(p => p.Ignore || !range.Contains(p.Area)).ToArray();
        var order = Enumerable.Range(0, ignore.Length).OrderBy(g => ignore[g]).ToArray();
        var matches = new ImageMatches(image, image.Found.Count) { Valid = ignore.Count(i => !i) };
        for (var t = 0; t < Thresholds.Length; t++) { matches.Assign(image, ignore, order, t); }
        for (var d = 0; d < image.Found.Count; d++)
        {
            if (!range.Contains(image.Found[d].Area)) { matches.Ignored[d] |= ~matches.TruePositive[d]; }
        }
        return matches;
    }

    public static double[] Linspace(double start, double stop, int count)
    {
        var step = (stop - start) / (count - 1);
        var values = new double[count];
        for (var i = 0; i < count; i++) { values[i] = i * step + start; }
        values[^1] = stop;
        return values;
    }

    private void Assign(EvalImage image, bool[] ignore, int[] order, int t)
    {
        var taken = new bool[ignore.Length];
        for (var d = 0; d < image.Found.Count; d++)
        {
            var (best, match) = (Math.Min(Thresholds[t], 1 - 1e-10), -1);
            foreach (var g in order)
            {
                if (taken[g] && !image.People[g].IsCrowd) { continue; }
                if (match >= 0 && !ignore[match] && ignore[g]) { break; }
                if (image.Similarity(d, g) < best) { continue; }
                (best, match) = (image.Similarity(d, g), g);
            }
            if (match < 0) { continue; }
            taken[match] = true;
            if (ignore[match]) { Ignored[d] |= 1 << t; }
            else { TruePositive[d] |= 1 << t; }
        }
    }
}
