using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks;

/// <summary>Opens networks and holds each against the contract of its family.</summary>
internal static class NetworkFactory
{
    /// <summary>Opens the network on the first provider of the chain that starts and runs it once.</summary>
    /// <param name="descriptor">What the network is.</param>
    /// <param name="model">The bytes of the file; already verified.</param>
    /// <param name="options">Chain, threads and libraries.</param>
    /// <exception cref="UserError">The file is not a usable network, contradicts its descriptor, or no permitted provider starts.</exception>
    public static OrtSession Open(ModelDescriptor descriptor, byte[] model, InferenceSettings options) =>
        Open(descriptor, model, JointsOf(descriptor), options);

    /// <summary>The same for a network that must give another number of joints than the descriptor's skeleton has; 0 = none.</summary>
    /// <exception cref="UserError">As above.</exception>
    public static OrtSession Open(ModelDescriptor descriptor, byte[] model, int joints, InferenceSettings options) =>
        OrtSession.Open(descriptor, model, options, (binding, input, outputs) =>
        {
            Contract.Verify(descriptor, joints, input, outputs);
            ModelFamilies.Of(descriptor.Kind).TryDecode(descriptor, joints, binding);
        });

    private static int JointsOf(ModelDescriptor descriptor) => descriptor.Skeleton.Length > 0 ? Skeletons.Get(descriptor.Skeleton).Count : 0;
}
