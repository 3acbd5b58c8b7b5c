using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.LitePose;

/// <summary>
/// Poses of one stream from a bottom-up network: places the frame (<see cref="MultiScaleGeometry"/>, black border, fixed-point warp),
/// runs it, decodes and maps the joints back to frame pixels. A frame that already has the network's scale is only copied, which gives
/// the same bytes as the warp.
/// </summary>
internal sealed class BottomUpEstimator : IPoseEstimator
{
    /// <summary>Inputs beyond this ratio of long to short side are refused: their buffers would grow without need.</summary>
    private const int MaxAspect = 8;

    private readonly INetwork _network;
    private readonly BottomUpOptions _options;
    private readonly AssociativeDecoder _decoder;
    private readonly InputPainter _painter;
    private readonly Look _everything = new();
    private readonly int _shortSide, _smallSide;
    private MultiScaleGeometry _geometry;
    private Binding? _binding;
    private int _frameWidth, _frameHeight, _side;
    private long _runs;

    /// <exception cref="UserError">The descriptor asks for something that this family does not have.</exception>
    public BottomUpEstimator(INetwork network, Skeleton skeleton, BottomUpOptions options)
    {
        var input = network.Descriptor.Input;
        if (input.Layout != TensorLayout.Nchw || input.Int32)
        {
            throw new UserError(ExitCode.Model, $"model {network.Descriptor.Name}: bottom-up networks take float input in NCHW layout");
        }
        (_network, Skeleton, _options) = (network, skeleton, options);
        _decoder = new AssociativeDecoder(skeleton, options);
        _painter = new InputPainter(input);
        _shortSide = MultiScaleGeometry.ShortSide(options.ShortSide > 0 ? options.ShortSide : input.Height);
        _smallSide = MultiScaleGeometry.SmallerSide(_shortSide);
    }

    public Skeleton Skeleton { get; }

    public string Model => _network.Descriptor.Name;

    public bool HasDetector => false;

    public bool WantsDetector => false;

    public long DetectorRuns => 0;

    public long PoseRuns => Interlocked.Read(ref _runs);

    /// <summary>
    /// Fast: the size whose short side is the network's, so that the source's decoder does all scaling. Accurate: the source's own size,
    /// because the reference scales with its own warp.
    /// </summary>
    public (int Width, int Height) PreferredFrame(int sourceWidth, int sourceHeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sourceWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sourceHeight);
        if (_options.Profile == DecodeProfile.Accurate) { return (sourceWidth, sourceHeight); }
        var scale = (double)_shortSide / Math.Min(sourceWidth, sourceHeight);
        var longSide = (int)Math.Round(Math.Max(sourceWidth, sourceHeight) * scale);
        return sourceWidth < sourceHeight ? (_shortSide, longSide) : (longSide, _shortSide);
    }

    /// <exception cref="UserError">The outputs do not fit the family or the skeleton, or the frame is far too elongated.</exception>
    public void Estimate(Frame frame, PoseList poses)
    {
        _everything.Begin(detect: true);
        Estimate(frame, _everything, poses);
    }

    /// <exception cref="UserError">As above.</exception>
    public void Estimate(Frame frame, Look look, PoseList poses)
    {
        poses.Clear();
        var binding = Bind(frame.Width, frame.Height, look.SmallInput && !_network.IsFixedSize ? _smallSide : _shortSide);
        _painter.Paint(frame, _geometry, binding.Input);
        Run(binding);
        if (_options.Flip)
        {
            _decoder.KeepPlainRun(StageFinder.Find(binding, _network.Descriptor, Skeleton.Count));
            InputPainter.Mirror(binding.Input, binding.Width);
            Run(binding);
            _decoder.DecodeMirrored(StageFinder.Find(binding, _network.Descriptor, Skeleton.Count), poses);
        }
        else
        {
            _decoder.Decode(StageFinder.Find(binding, _network.Descriptor, Skeleton.Count), poses);
        }
        // Best scores first, as the decoder lists them.
        while (poses.Count > look.MaxPeople) { poses.RemoveAt(poses.Count - 1); }
        for (var i = 0; i < poses.Count; i++) { ToFrame(poses[i]); }
    }

    private void Run(Binding binding)
    {
        binding.Run();
        Interlocked.Increment(ref _runs);
    }

    // The network keeps the buffers of both sizes, so changing between them costs nothing after the first time.
    private Binding Bind(int width, int height, int side)
    {
        if (_binding is not null && _frameWidth == width && _frameHeight == height && _side == side) { return _binding; }
        if (Math.Max(width, height) > (long)MaxAspect * Math.Min(width, height))
        {
            throw new UserError(
                ExitCode.Source, $"a frame of {width}x{height} pixels is too elongated for model {Model}", $"crop it to a ratio of at most {MaxAspect}:1");
        }
        _geometry = MultiScaleGeometry.For(width, height, side);
        _binding = _network.Bind(1, _geometry.Height, _geometry.Width);
        _decoder.WorkIn(_binding);
        (_frameWidth, _frameHeight, _side) = (width, height, side);
        return _binding;
    }

    private void ToFrame(Pose pose)
    {
        foreach (ref var point in pose.Points.AsSpan())
        {
            if (!point.IsFound) { continue; }
            var (x, y) = _geometry.Placement.ToFrame(point.X, point.Y);
            point = new Keypoint(x, y, point.Score);
        }
        pose.Box = pose.TryGetExtents(0, out var box, out _) ? box : default;
    }
}
