using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Scheduling;
using EdgePose.People;
using EdgePose.People.Skipping;
using EdgePose.People.Tracking;
using EdgePose.Workshop.Evaluation;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Evaluation.Keypoints;

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

/// <summary>Average precision of what is listed at every frame, and runs of the networks per frame.</summary>
internal readonly record struct SkippingFigures(double Ap, double DetectorRuns, double PoseRuns);

/// <summary>The daemon's stages over a clip with ground truth whose frames are in memory.</summary>
internal sealed class SkippingRun(Dataset truth, IReadOnlyList<Frame> frames, TrackerSettings tracker, SkippingSettings skipping)
{
    private const double Fps = 30;

    /// <summary>Measures every <paramref name="period"/>-th frame, whatever it shows.</summary>
    public SkippingFigures Measure(IPoseEstimator estimator, int period, Between between) =>
        Measure(estimator, period, tracker with { Propagate = between != Between.Hold }, skipping with { Enabled = false, Propagate = between == Between.Flow });

    /// <summary>Measures what gate and planner want, as the daemon does by default.</summary>
    public SkippingFigures MeasureAsNeeded(IPoseEstimator estimator) => Measure(estimator, 1, tracker, skipping);

    private SkippingFigures Measure(IPoseEstimator estimator, int period, TrackerSettings tracking, SkippingSettings options)
    {
        var stages = new PeoplePipeline(estimator, tracking, options);
        var common = KeypointMeasures.CommonJoints(truth, estimator.Skeleton);
        var (results, pose) = (new List<PersonResult>(), estimator.PoseRuns);
        for (var i = 0; i < frames.Count; i++)
        {
            stages.Process(frames[i], i / Fps, Quality.Full with { PosePeriod = period });
            for (var k = 0; k < stages.People.Count; k++) { results.Add(Result(truth.Images[i], frames[i], stages.People[k], common)); }
        }
        var scores = KeypointScores.Of(EvalImage.Prepare(truth, results, KeypointTask.Plain(truth, [.. common.Select(c => c.Data)])));
        return new SkippingFigures(scores.Ap, estimator.DetectorRuns / (double)frames.Count, (estimator.PoseRuns - pose) / (double)frames.Count);
    }

    private PersonResult Result(DatasetImage image, Frame frame, TrackedPose person, IReadOnlyList<(int Data, int Model)> common)
    {
        var (sx, sy) = ((double)image.Width / frame.Width, (double)image.Height / frame.Height);
        var points = new double[3 * truth.Skeleton.Count];
        foreach (var (data, model) in common)
        {
            var p = person.Points[model];
            if (p.IsFound) { (points[3 * data], points[3 * data + 1], points[3 * data + 2]) = (p.X * sx, p.Y * sy, p.Score); }
        }
        var b = person.Box;
        return new PersonResult { Image = image.Id, Points = points, Score = person.Score, Box = [b.X1 * sx, b.Y1 * sy, b.Width * sx, b.Height * sy] };
    }
}
