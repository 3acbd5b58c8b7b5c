using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.YoloPose;

/// <summary>Poses of one stream from a network that gives boxes and joints at once. Its input has one size; the frame is placed in it.</summary>
internal sealed class YoloPoseEstimator : IPoseEstimator
{
    /// <summary>Where every instance is asked for: below it there are thousands of rows, and nobody in them.</summary>
    private const float LeastScore = 0.01f;

    private readonly INetwork _network;
    private readonly BottomUpOptions _options;
    private readonly YoloPoseDecoder _decoder;
    private readonly Preprocess _preprocess;
    private readonly Look _everything = new();
    private long _runs;

    /// <exception cref="UserError">The descriptor or the options ask for something that this family does not have.</exception>
    public YoloPoseEstimator(INetwork network, Skeleton skeleton, BottomUpOptions options)
    {
        var input = network.Descriptor.Input;
        if (input.Resize is not (ResizeRule.Letterbox or ResizeRule.Stretch) || options.Flip)
        {
            throw new UserError(ExitCode.Model, $"model {network.Descriptor.Name}: {network.Descriptor.Kind} networks "
                + (options.Flip ? "have no second run on the mirrored picture" : "take frames by letterbox or stretch"),
                options.Flip ? "take pose.flip out" : "correct the descriptor's resize");
        }
        (_network, Skeleton, _options) = (network, skeleton, options);
        (_decoder, _preprocess) = (new YoloPoseDecoder(network.Descriptor, skeleton.Count), new Preprocess(input));
    }

    public Skeleton Skeleton { get; }
    public string Model => _network.Descriptor.Name;
    public bool HasDetector => false;
    public bool WantsDetector => false;
    public long DetectorRuns => 0;
    public long PoseRuns => Interlocked.Read(ref _runs);

    /// <summary>The size at which the frame fits into the input, so that the source's decoder does the scaling; never larger than the source.</summary>
    public (int Width, int Height) PreferredFrame(int sourceWidth, int sourceHeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sourceWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sourceHeight);
        var input = _network.Descriptor.Input;
        var scale = Math.Min((double)input.Width / sourceWidth, (double)input.Height / sourceHeight);
        return scale >= 1 || _options.Profile == DecodeProfile.Accurate || input.Resize == ResizeRule.Stretch ? (sourceWidth, sourceHeight)
            : (Math.Max(1, (int)Math.Round(sourceWidth * scale)), Math.Max(1, (int)Math.Round(sourceHeight * scale)));
    }

    /// <exception cref="UserError">The outputs do not fit the family or the skeleton.</exception>
    public void Estimate(Frame frame, PoseList poses)
    {
        _everything.Begin(detect: true);
        Estimate(frame, _everything, poses);
    }

    /// <exception cref="UserError">As above.</exception>
    public void Estimate(Frame frame, Look look, PoseList poses)
    {
        poses.Clear();
        var input = _network.Descriptor.Input;
        var binding = _network.Bind(1, input.Height, input.Width);
        var placement = _preprocess.FillFrame(frame, binding);
        binding.Run();
        Interlocked.Increment(ref _runs);
        var most = Math.Min(look.MaxPeople, _options.KeepsEveryInstance ? int.MaxValue : _options.MaxPeople);
        _decoder.Decode(binding, placement, MathF.Max(LeastScore, _options.MinScore), most, poses);
        for (var i = 0; i < poses.Count; i++) { poses[i].Box = poses[i].Box.Clip(frame.Width, frame.Height); }
    }
}
