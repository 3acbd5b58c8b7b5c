namespace EdgePose.Workshop.Evaluation.Tracks;

/// <summary>All measures of one sequence.</summary>
internal sealed record TrackingScores(
    int Frames, int People, int Tracks, int TruthBoxes, int TrackBoxes, ClearScores Clear, IdentityScores Identity, HotaScores Hota)
{
    public static TrackingScores Of(IReadOnlyList<TrackingFrame> frames)
    {
        var s = new TrackingSequence(frames);
        return new TrackingScores(
            frames.Count, s.TruthFrames.Length, s.TrackFrames.Length, s.TruthFrames.Sum(), s.TrackFrames.Sum(),
            Evaluation.Tracks.Clear.Of(s), Evaluation.Tracks.Identity.Of(s), Evaluation.Tracks.Hota.Of(s));
    }
}
