namespace EdgePose.Workshop.Evaluation.Tracks;

/// <summary>A box with an identity, x, y, width and height in pixels.</summary>
internal readonly record struct TrackBox(long Id, double X, double Y, double Width, double Height)
{
    public double Iou(in TrackBox other)
    {
        var shared = Shared(other);
        return shared > 0 ? shared / (Width * Height + other.Width * other.Height - shared) : 0;
    }

    /// <summary>Share of this box that lies in <paramref name="region"/>.</summary>
    public double InsideOf(in TrackBox region) => Width * Height > 0 ? Shared(region) / (Width * Height) : 0;

    private double Shared(in TrackBox other)
    {
        var w = Math.Min(X + Width, other.X + other.Width) - Math.Max(X, other.X);
        var h = Math.Min(Y + Height, other.Y + other.Height) - Math.Max(Y, other.Y);
        return w > 0 && h > 0 ? w * h : 0;
    }
}

/// <summary>
/// Which tracks of a frame are left out before counting: those paired with somebody who does not count (as MOT16 does with distractors),
/// and of the unpaired ones those that lie mostly in a crowd region.
/// </summary>
internal static class IgnoreRule
{
    private const double Threshold = 0.5;

    /// <summary>Indices of the tracks that stay.</summary>
    /// <param name="people">Everybody annotated, those who count and the others.</param>
    /// <param name="ignored">Which of <paramref name="people"/> make their track vanish.</param>
    /// <param name="crowds">Regions in which extra tracks are no errors.</param>
    /// <param name="tracks">What was listed.</param>
    public static IReadOnlyList<int> Keep(
        IReadOnlyList<TrackBox> people, IReadOnlyList<bool> ignored, IReadOnlyList<TrackBox> crowds, IReadOnlyList<TrackBox> tracks)
    {
        var score = new double[people.Count * tracks.Count];
        for (var g = 0; g < people.Count; g++)
        {
            for (var t = 0; t < tracks.Count; t++)
            {
                var iou = people[g].Iou(tracks[t]);
                score[g * tracks.Count + t] = iou < Threshold - TrackingFrame.Epsilon ? 0 : iou;
            }
        }
        var pairs = BestPairs.Find(score, people.Count, tracks.Count);
        var owner = new int[tracks.Count];
        Array.Fill(owner, -1);
        for (var g = 0; g < pairs.Length; g++)
        {
            if (pairs[g] >= 0 && score[g * tracks.Count + pairs[g]] > TrackingFrame.Epsilon) { owner[pairs[g]] = g; }
        }
        return
        [
            .. Enumerable.Range(0, tracks.Count).Where(t => owner[t] >= 0
                ? !ignored[owner[t]]
                : !crowds.Any(c => tracks[t].InsideOf(c) > Threshold)),
        ];
    }
}
