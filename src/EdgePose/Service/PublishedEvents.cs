using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Events;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;

namespace EdgePose.Service;

/// <summary>The usual way of events and counts: into the outbox, with the model that saw them.</summary>
internal static class PublishedEvents
{
    public static EventOutputs To(Outbox outbox, OrtSession network)
    {
        var model = new ModelInfo(network.Descriptor.Name, ModelFile.ExpectedSha256(network.Descriptor), network.Provider);
        return new EventOutputs
        {
            Raise = raised => outbox.Event(raised, raised.Track is null ? null : model),
            Count = count => outbox.SetZone(count.Stream, count.Zone, count.People),
        };
    }
}
