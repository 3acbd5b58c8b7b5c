using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Events;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;

namespace EdgePose.Service;

/// <summary>Hands what the rules raise to the sinks.</summary>
internal static class PublishedEvents
{
    /// <param name="network">The network that saw the people.</param>
    /// <param name="outbox">Where events and counts go.</param>
    public static EventOutputs Of(OrtSession network, Outbox outbox)
    {
        var model = new ModelInfo(network.Descriptor.Name, ModelFile.ExpectedSha256(network.Descriptor), network.Provider);
        return new EventOutputs
        {
            Raise = raised => outbox.Event(raised, raised.Track is null ? null : model),
            Count = count => outbox.SetZone(count.Stream, count.Zone, count.People),
        };
    }
}
