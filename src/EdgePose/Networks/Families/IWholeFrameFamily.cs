using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families;

/// <summary>
/// Networks that find and measure everybody in one run on the whole frame: bottom-up ones, and those that give boxes and key-points at once.
/// The family brings its whole estimator; a pose carries the box of its person.
/// </summary>
internal interface IWholeFrameFamily : IModelFamily
{
    /// <exception cref="UserError">The descriptor asks for something that this family does not have.</exception>
    IPoseEstimator Estimator(INetwork network, Skeleton skeleton, BottomUpOptions options);
}
