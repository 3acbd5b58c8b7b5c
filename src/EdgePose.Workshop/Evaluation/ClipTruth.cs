using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Evaluation.Keypoints;
using EdgePose.Workshop.Evaluation.Tracks;

namespace EdgePose.Workshop.Evaluation;

/// <summary>
/// Ground truth of a clip and what a tracker listed there, frame by frame. People count who have a labelled joint in the frame and at
/// least a quarter of themselves inside; tracks paired with others, and extra ones in crowd regions, are left out.
/// </summary>
internal sealed class ClipTruth
{
    private const double LeastInside = 0.25;

    // A joint that was not found is far from everything.
    private const double Nowhere = -1e6;

    private readonly Dataset _dataset;
    private readonly ILookup<long, DatasetPerson> _people;
    private readonly Dictionary<int, DatasetImage> _images;
    private readonly IReadOnlyList<(int Data, int Model)> _common;
    private readonly double[] _sigmas;
    private readonly List<TrackingFrame> _byBox = [], _byPose = [];

    /// <exception cref="UserError">The file has no identities, or no joint in common with the model.</exception>
    public ClipTruth(Dataset dataset, Skeleton model)
    {
        if (!dataset.People.Any(p => p.Track != 0)) { throw new UserError(ExitCode.Source, $"{dataset.Path}: no annotation has a track_id", "--truth is a COCO key-point file of a clip"); }
        (_dataset, _common) = (dataset, KeypointMeasures.CommonJoints(dataset, model));
        _people = dataset.People.ToLookup(p => p.Image);
        _images = dataset.Images.Select((image, i) => (image, Index: image.FrameIndex ?? i)).GroupBy(p => p.Index).ToDictionary(g => g.Key, g => g.First().image);
        _sigmas = KeypointTask.Plain(dataset, [.. _common.Select(c => c.Data)]).Sigmas;
    }

    /// <summary>Frames with ground truth.</summary>
    public int Count => _images.Count;
    public int CommonJoints => _common.Count;
    public IReadOnlyList<TrackingFrame> ByBox => _byBox;
    public IReadOnlyList<TrackingFrame> ByPose => _byPose;

    /// <summary>Adds what was listed in a frame; false for a frame without ground truth.</summary>
    public bool Add(int frameIndex, int frameWidth, int frameHeight, TrackedPoseList listed)
    {
        if (!_images.TryGetValue(frameIndex, out var image)) { return false; }
        var (sx, sy) = ((double)image.Width / frameWidth, (double)image.Height / frameHeight);
        TrackBox[] boxes = [.. Enumerable.Range(0, listed.Count).Select(i => AsBox(listed[i], sx, sy))];
        var people = _people[image.Id].Where(p => !p.IsCrowd).ToArray();
        TrackBox[] crowds = [.. _people[image.Id].Where(p => p.IsCrowd).Select(AsBox)];
        var kept = IgnoreRule.Keep([.. people.Select(AsBox)], [.. people.Select(p => !Counts(p))], crowds, boxes);
        long[] ids = [.. kept.Select(t => boxes[t].Id)];
        var truth = people.Where(Counts).ToArray();
        _byBox.Add(TrackingFrame.Of([.. truth.Select(p => p.Track)], ids, (g, t) => AsBox(truth[g]).Iou(boxes[kept[t]])));
        var labelled = truth.Where(p => Picked(p).Where((_, i) => i % 3 == 2).Any(v => v > 0)).ToArray();
        double[][] points = [.. kept.Select(t => Picked(listed[t], sx, sy))];
        _byPose.Add(TrackingFrame.Of([.. labelled.Select(p => p.Track)], ids, (g, t) => Oks.Similarity(
            Picked(labelled[g]), labelled[g].Box, labelled[g].Area ?? KeypointTask.AreaOfBox * labelled[g].Box[2] * labelled[g].Box[3], points[t], _sigmas)));
        return true;
    }

    private static bool Counts(DatasetPerson person) => person.Labelled > 0 && person.Inside >= LeastInside;

    private static TrackBox AsBox(DatasetPerson p) => new(p.Track, p.Box[0], p.Box[1], p.Box[2], p.Box[3]);

    private static TrackBox AsBox(TrackedPose p, double sx, double sy) =>
        new(p.Track, p.Box.X1 * sx, p.Box.Y1 * sy, p.Box.Width * sx, p.Box.Height * sy);

    private double[] Picked(DatasetPerson person) => [.. _common.SelectMany(c => person.Points.AsSpan(3 * c.Data, 3).ToArray())];

    private double[] Picked(TrackedPose pose, double sx, double sy) =>
    [
        .. _common.SelectMany(c => pose.Points[c.Model] is { IsFound: true } p ? new[] { p.X * sx, p.Y * sy, p.Score } : [Nowhere, Nowhere, 0]),
    ];
}
