using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Workshop.Models;

/// <summary>An open network under another descriptor: only how pictures become values differs, which the network does not know.</summary>
internal sealed class OtherInput(INetwork network, ModelDescriptor descriptor) : INetwork
{
    public ModelDescriptor Descriptor => descriptor;
    public bool IsFixedSize => network.IsFixedSize;

    public Binding Bind(int batch, int height, int width) => network.Bind(batch, height, width);
}
