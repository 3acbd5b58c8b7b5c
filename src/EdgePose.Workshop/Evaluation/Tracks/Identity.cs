namespace EdgePose.Workshop.Evaluation.Tracks;

/// <summary>The Identity measures of a sequence.</summary>
internal sealed record IdentityScores(int TruePositives, int FalseNegatives, int FalsePositives)
{
    public double F1 => TruePositives / Math.Max(1, TruePositives + 0.5 * FalsePositives + 0.5 * FalseNegatives);
    public double Recall => TruePositives / Math.Max(1.0, TruePositives + FalseNegatives);
    public double Precision => TruePositives / Math.Max(1.0, TruePositives + FalsePositives);
}

/// <summary>
/// IDF1 (E. Ristani et al., 2016): one track for each person over the whole sequence, chosen for the most frames in common. Choosing for
/// the fewest errors, as JonathonLuiten/TrackEval:trackeval/metrics/identity.py does, is the same: each common frame removes one missed
/// and one extra.
/// </summary>
internal static class Identity
{
    private const double Threshold = 0.5;

    public static IdentityScores Of(TrackingSequence sequence)
    {
        var (people, tracks) = (sequence.TruthFrames.Length, sequence.TrackFrames.Length);
        var common = new double[people * tracks];
        for (var f = 0; f < sequence.Frames.Count; f++)
        {
            var (frame, truth, listed) = (sequence.Frames[f], sequence.Truth[f], sequence.Tracks[f]);
            for (var g = 0; g < truth.Length; g++)
            {
                for (var t = 0; t < listed.Length; t++)
                {
                    if (frame[g, t] >= Threshold) { common[truth[g] * tracks + listed[t]]++; }
                }
            }
        }
        var pairs = BestPairs.Find(common, people, tracks);
        var hits = (int)Enumerable.Range(0, people).Where(g => pairs[g] >= 0).Sum(g => common[g * tracks + pairs[g]]);
        return new IdentityScores(hits, sequence.TruthFrames.Sum() - hits, sequence.TrackFrames.Sum() - hits);
    }
}
