using EdgePose.Domain;
using EdgePose.Evaluation.Data;
using EdgePose.Evaluation.Keypoints;
using EdgePose.Hosting;
using EdgePose.Hosting.Evaluation;
using EdgePose.Inference;
using EdgePose.Inference.Scheduling;
using EdgePose.Inference.Skipping;
using EdgePose.Tracking;

namespace EdgePose.SystemTests.Skipping;

/// <summary>How people get from one measurement to the next.</summary>
internal enum Between
{
    /// <summary>By optical flow, as in the product.</summary>
    Flow,

    /// <summary>By their own velocity, without a picture.</summary>
    Velocity,

    /// <summary>Not at all.</summary>
    Hold,
}

/// <summary>A clip with ground truth, its frames in memory, and the daemon's stages over it.</summary>
internal sealed class SkippingRun(Dataset truth, IReadOnlyList<Frame> frames, TrackerOptions tracker, SkippingOptions skipping)
{
    private const double Fps = 30;
    private readonly Dictionary<PoseSource, (int N, double Age)> _counts = [];
    public string Counts = "";

    /// <summary>Accuracy of what is listed at every frame, and the runs of the networks.</summary>
    public SkippingFigures Measure(IPoseEstimator estimator, int period, Between between, bool adaptive = false, Func<SkippingOptions, SkippingOptions>? change = null)
    {
        var propagate = between != Between.Hold;
        var stages = new PeopleStages(
            estimator, new Tracker(estimator.Skeleton, tracker with { Propagate = propagate }),
            (change ?? (static s => s))(skipping with { Enabled = adaptive, Propagate = between == Between.Flow }));
        var common = KeypointMeasures.CommonJoints(truth, estimator.Skeleton);
        var results = new List<PersonResult>();
        var (detector, pose) = (estimator.DetectorRuns, estimator.PoseRuns);
        for (var i = 0; i < frames.Count; i++)
        {
            stages.Process(frames[i], i / Fps, Quality.Full with { PosePeriod = period });
            for (var k = 0; k < stages.People.Count; k++) { var q = stages.People[k]; var old = _counts.GetValueOrDefault(q.Source); _counts[q.Source] = (old.N + 1, old.Age + q.AgeMs); results.Add(Result(truth.Images[i], frames[i], stages.People[k], common)); }
        }
        Counts = string.Join(" ", _counts.Select(c => $"{c.Key} {c.Value.N} age {c.Value.Age / c.Value.N:0} ms"));
        _counts.Clear();
        var ap = KeypointScores.Of(EvalImage.Prepare(truth, results, KeypointTask.Plain(truth, [.. common.Select(c => c.Data)])));
        return new SkippingFigures(ap.Ap, (estimator.DetectorRuns - detector) / (double)frames.Count, (estimator.PoseRuns - pose) / (double)frames.Count);
    }

    private PersonResult Result(DatasetImage image, Frame frame, TrackedPose person, IReadOnlyList<(int Data, int Model)> common)
    {
        var (sx, sy) = ((double)image.Width / frame.Width, (double)image.Height / frame.Height);
        var points = new double[3 * truth.Skeleton.Count];
        foreach (var (data, model) in common)
        {
            var p = person.Points[model];
            if (!p.IsFound) { continue; }
            (points[3 * data], points[3 * data + 1], points[3 * data + 2]) = (p.X * sx, p.Y * sy, p.Score);
        }
        var b = person.Box;
        return new PersonResult { Image = image.Id, Points = points, Score = person.Score, Box = [b.X1 * sx, b.Y1 * sy, b.Width * sx, b.Height * sy] };
    }
}

/// <summary>Average precision, and runs of the networks per frame.</summary>
internal readonly record struct SkippingFigures(double Ap, double DetectorRuns, double PoseRuns);
