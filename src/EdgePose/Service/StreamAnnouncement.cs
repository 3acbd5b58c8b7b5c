using EdgePose.Delivery;
using EdgePose.Domain;
using EdgePose.Service.Configuration;
using EdgePose.Settings;

namespace EdgePose.Service;

/// <summary>What the sinks learn of a stream before its first frame.</summary>
internal static class StreamAnnouncement
{
    public static Announcement Of(StreamConfig stream) =>
        new(stream.Id, [.. stream.Events.Zones.Select(z => z.Name)], stream.Publish == PublishScope.Nothing ? [] : stream.Events.EventTypes);
}
