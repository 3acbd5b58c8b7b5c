using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.TopDown;

namespace EdgePose.Workshop.Bench;

/// <summary>
/// A top-down estimator with a known number of people: the detector runs as often as usual and its answer is put aside, the pose network
/// gets <paramref name="people"/> boxes side by side in every frame.
/// </summary>
internal sealed class GivenBoxes(IBoxEstimator inner, PersonDetector detector, int people, int detectEvery) : IPoseEstimator
{
    private readonly List<Detection> _found = [];
    private readonly Detection[] _boxes = new Detection[people];
    private int _untilDetection;

    public Skeleton Skeleton => inner.Skeleton;
    public string Model => inner.Model;
    public bool HasDetector => true;
    public bool WantsDetector => false;
    public long DetectorRuns { get; private set; }
    public long PoseRuns { get; private set; }

    public (int Width, int Height) PreferredFrame(int sourceWidth, int sourceHeight) => inner.PreferredFrame(sourceWidth, sourceHeight);

    /// <summary>Measures everybody whatever is asked for: the load is the point.</summary>
    public void Estimate(Frame frame, Look look, PoseList poses) => Estimate(frame, poses);

    public void Estimate(Frame frame, PoseList poses)
    {
        if (_untilDetection-- <= 0)
        {
            detector.Detect(frame, _found);
            _untilDetection = detectEvery - 1;
            DetectorRuns++;
        }
        var width = (float)frame.Width / people;
        for (var i = 0; i < people; i++)
        {
            _boxes[i] = new Detection(new Box(i * width, frame.Height * 0.1f, (i + 1) * width, frame.Height * 0.9f), 1);
        }
        inner.EstimateBoxes(frame, _boxes, poses);
        PoseRuns += people;
    }
}
