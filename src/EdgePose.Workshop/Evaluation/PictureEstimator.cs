using System.Runtime.InteropServices;
using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.TopDown;

namespace EdgePose.Workshop.Evaluation;

/// <summary>Runs the daemon's estimators on single pictures that have nothing to do with one another.</summary>
internal sealed class PictureEstimator
{
    private readonly IPoseEstimator _estimator;
    private readonly IBoxEstimator? _topDown;
    private readonly PersonDetector? _detector;
    private readonly List<Detection> _boxes = [];

    public PictureEstimator(IPoseEstimator bottomUp) => _estimator = bottomUp;

    /// <param name="detector">Null when the boxes are given with each picture.</param>
    /// <param name="topDown">Pose model.</param>
    public PictureEstimator(PersonDetector? detector, IBoxEstimator topDown) => (_estimator, _topDown, _detector) = (topDown, topDown, detector);

    public Skeleton Skeleton => _estimator.Skeleton;

    /// <summary>Size of the frame that is wanted of a picture.</summary>
    public (int Width, int Height) FrameSize(int width, int height) => _estimator.PreferredFrame(width, height);

    /// <param name="frame">The picture.</param>
    /// <param name="boxes">People's boxes in frame pixels, when there is no detector.</param>
    /// <param name="poses">Cleared, then filled in frame pixels.</param>
    public void Estimate(Frame frame, IReadOnlyList<Detection> boxes, PoseList poses)
    {
        if (_topDown is null)
        {
            _estimator.Estimate(frame, poses);
            return;
        }
        if (_detector is not null) { _detector.Detect(frame, _boxes); }
        else
        {
            _boxes.Clear();
            _boxes.AddRange(boxes);
        }
        _topDown.EstimateBoxes(frame, CollectionsMarshal.AsSpan(_boxes), poses);
    }
}
