using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.TopDown;

namespace EdgePose.Networks;

/// <summary>Makes what finds people with a network out of the network and its family.</summary>
internal static class EstimatorFactory
{
    /// <param name="network">A detector.</param>
    /// <param name="scoreThreshold">Smallest score, instead of the descriptor's.</param>
    /// <exception cref="UserError">The network is no detector, or its descriptor asks for something that detectors do not have.</exception>
    public static PersonDetector Detector(INetwork network, float? scoreThreshold = null) => Family(network) is IDetectorFamily family
        ? new PersonDetector(network, family.Decoder(network.Descriptor), scoreThreshold)
        : throw Refused(network, "no person detector");

    /// <summary>The estimator of a network that finds people itself.</summary>
    /// <exception cref="UserError">The network is of another kind, or its descriptor asks for something that the family does not have.</exception>
    public static IPoseEstimator WholeFrame(INetwork network, BottomUpOptions options) => Family(network) is IWholeFrameFamily family
        ? family.Estimator(network, SkeletonOf(network), options)
        : throw Refused(network, "no model that finds people itself");

    /// <summary>The estimator of a network that measures people in boxes.</summary>
    /// <param name="network">A top-down model.</param>
    /// <param name="detector">Finds the boxes, for this estimator alone; null = they are given.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="UserError">The network is of another kind.</exception>
    public static IBoxEstimator TopDown(INetwork network, PersonDetector? detector, TopDownOptions options) => Family(network) is ITopDownFamily family
        ? new TopDownEstimator(detector, new PoseHead(network, family.Decoder(network.Descriptor)), SkeletonOf(network), options)
        : throw Refused(network, "no top-down pose model");

    /// <summary>The estimator of a stream.</summary>
    /// <param name="network">Its pose model.</param>
    /// <param name="detector">Finds its people, for this estimator alone; null for a model that finds people itself.</param>
    /// <param name="settings">What the stream asks of its networks.</param>
    /// <param name="maxFrameSide">Longest side of the frames that a top-down model asks for, in pixels.</param>
    /// <param name="tracked">Whether a tracker follows.</param>
    /// <exception cref="UserError">As above.</exception>
    public static IPoseEstimator ForStream(INetwork network, PersonDetector? detector, PoseSettings settings, int maxFrameSide, bool tracked) => detector is null
        ? WholeFrame(network, BottomUpOptions.For(settings, tracked))
        : TopDown(network, detector, TopDownOptions.For(settings, maxFrameSide, tracked));

    private static IModelFamily Family(INetwork network) => ModelFamilies.Of(network.Descriptor.Kind);

    private static Skeleton SkeletonOf(INetwork network) => Skeletons.Get(network.Descriptor.Skeleton);

    private static UserError Refused(INetwork network, string what) =>
        new(ExitCode.Model, $"model {network.Descriptor.Name} ({network.Descriptor.Kind}) is {what}");
}
