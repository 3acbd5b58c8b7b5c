using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.TopDown;
using EdgePose.Workshop.Evaluation;

namespace EdgePose.Workshop.Quantization.Engines;

/// <summary>Somebody that a network found. A detector's people have no joints.</summary>
/// <param name="Points">In pixels of the picture.</param>
/// <param name="Box">As <see cref="Pose.Box"/>.</param>
/// <param name="Score">As <see cref="Pose.Score"/>.</param>
/// <param name="InputScale">Pixels of the network's input per pixel of the picture.</param>
internal sealed record Person(Keypoint[] Points, Box Box, float Score, double InputScale);

/// <summary>The engine's own estimator around a network of any family, for one picture at a time, with everything that the network finds.</summary>
internal sealed class Engine
{
    /// <summary>Detections from here up count: the ranking of AP needs the doubtful ones too. As <c>edgepose eval</c>.</summary>
    public const float DetectionsFrom = 0.05f;

    private readonly ModelDescriptor _model;
    private readonly bool _staticSize;
    private readonly PersonDetector? _detector;
    private readonly PictureEstimator? _estimator;
    private readonly List<Detection> _boxes = [];
    private readonly PoseList _poses;

    /// <param name="network">The network.</param>
    /// <param name="staticSize">True when it takes inputs of the descriptor's size only.</param>
    public Engine(INetwork network, bool staticSize)
    {
        (_model, _staticSize) = (network.Descriptor, staticSize);
        if (_model.Task == ModelTask.Detect)
        {
            (_detector, _poses) = (EstimatorFactory.Detector(network, DetectionsFrom), new PoseList(0));
            return;
        }
        var skeleton = Skeletons.Get(_model.Skeleton);
        _poses = new PoseList(skeleton.Count);
        _estimator = _model.Task == ModelTask.BottomUp
            ? new PictureEstimator(EstimatorFactory.WholeFrame(network, new BottomUpOptions { Profile = DecodeProfile.Accurate, MinScore = 0 }))
            : new PictureEstimator(null, EstimatorFactory.TopDown(network, null, new TopDownOptions { MaxFrameSide = 0 }));
    }

    /// <summary>Everybody in the picture; for a top-down model one entry for each of <paramref name="boxes"/>, in their order.</summary>
    public IReadOnlyList<Person> Find(Frame frame, IReadOnlyList<Detection> boxes)
    {
        var seen = _staticSize && _model.Task == ModelTask.BottomUp ? Canvas.Fit(frame, _model.Input.Width, _model.Input.Height) : frame;
        if (_detector is not null)
        {
            _detector.Detect(seen, _boxes);
            return [.. _boxes.Select(d => new Person([], d.Box, d.Score, WholeFrameScale(frame)))];
        }
        _estimator!.Estimate(seen, boxes, _poses);
        return [.. Enumerable.Range(0, _poses.Count).Select(i => new Person([.. _poses[i].Points], _poses[i].Box, _poses[i].Score, PoseScale(seen, _poses[i].Box)))];
    }

    private double WholeFrameScale(Frame frame)
    {
        var (x, y) = ((double)_model.Input.Width / frame.Width, (double)_model.Input.Height / frame.Height);
        return _model.Input.Resize == ResizeRule.Letterbox ? Math.Min(x, y) : Math.Sqrt(x * y);
    }

    private double PoseScale(Frame frame, in Box box)
    {
        if (_model.Task == ModelTask.BottomUp) { return MultiScaleGeometry.For(frame.Width, frame.Height, _model.Input.Height).Placement.ScaleX; }
        return box.IsEmpty ? 0 : Placements.Crop(box, _model.Input.Width, _model.Input.Height, _model.Decode.Padding, udp: false).ScaleX;
    }
}
