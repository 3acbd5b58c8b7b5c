using EdgePose.Delivery.Documents;
using EdgePose.Domain;

namespace EdgePose.Delivery;

/// <summary>An event on its way to a sink.</summary>
/// <param name="Event">What happened.</param>
/// <param name="Stamp">Its number, for ever.</param>
/// <param name="IsLate">Whether it had to wait.</param>
/// <param name="Left">How long it is still of use; null = no limit.</param>
internal sealed record StampedEvent(PoseEvent Event, EventStamp Stamp, bool IsLate, TimeSpan? Left)
{
    public string Id => Stamp.Id(Event.Stream);

    /// <summary>The event as its JSON document.</summary>
    public byte[] Document() => EventJson.Write(Event, Stamp, IsLate);
}
