using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>The events of a stream: who judges its people, and where the answers go.</summary>
internal static class StreamEvents
{
    /// <summary>Rules and recording of a stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="config">What all streams share.</param>
    /// <param name="pose">The stream's pose model.</param>
    /// <param name="outputs">Where events and counts go.</param>
    /// <param name="loggers">Make the recorder's logger.</param>
    /// <param name="time">Clock of the rules.</param>
    public static EventsUnit Open(StreamConfig stream, EdgePoseConfig config, ModelDescriptor pose, EventOutputs outputs, ILoggerFactory loggers, TimeProvider time)
    {
        var header = Header(stream, config, pose);
        return EventsUnit.Open(header, config.Events, stream.Events, stream.Publish, stream.Record ? config.Record : null, outputs, loggers, time);
    }

    /// <summary>Brings the rules and the recording of a running stream to another configuration.</summary>
    /// <param name="unit">The rules of the stream.</param>
    /// <param name="before">The stream's configuration until now, and what all streams shared.</param>
    /// <param name="after">Its new one.</param>
    /// <param name="pose">Its pose model, which is the same.</param>
    /// <param name="loggers">Make the recorder's logger.</param>
    /// <param name="time">Clock of the rules.</param>
    public static async Task ChangeAsync(
        EventsUnit unit, (StreamConfig Stream, EdgePoseConfig Config) before, (StreamConfig Stream, EdgePoseConfig Config) after, ModelDescriptor pose,
        ILoggerFactory loggers, TimeProvider time)
    {
        var (stream, config) = after;
        var header = Header(stream, config, pose);
        unit.Change(EventSetup.Of(header, stream.Id, config.Events, stream.Events), stream.Publish);
        if (before.Stream.Record == stream.Record && SameSettings.Are(before.Config.Record, config.Record)) { return; }
        await unit.RecordAsync(EventsUnit.Recorder(header, stream.Record ? config.Record : null, loggers, time)).ConfigureAwait(false);
    }

    private static RecordingHeader Header(StreamConfig stream, EdgePoseConfig config, ModelDescriptor pose)
    {
        var poses = new PoseFacts(stream.Id, Skeletons.Get(pose.Skeleton))
        {
            JointThreshold = pose.Decode.JointThreshold, LostAfter = PoseFacts.WaitFor(config.Tracking.MaxLost),
        };
        return RecordingHeader.Begin(poses) with { Model = pose.Name, ConfigHash = config.Hash, Program = Versions.Self };
    }

    /// <summary>The usual way of events and counts: into the outbox, with the model that saw them.</summary>
    public static EventOutputs Published(CurrentOutbox outbox, OrtSession network)
    {
        var model = new ModelInfo(network.Descriptor.Name, ModelFile.ExpectedSha256(network.Descriptor), network.Provider);
        return new EventOutputs
        {
            Raise = raised => outbox.Now.Event(raised, raised.Track is null ? null : model),
            Count = count => outbox.Now.SetZone(count.Stream, count.Zone, count.People),
        };
    }

    /// <summary>What Home Assistant learns of a stream.</summary>
    public static Announcement Announcement(StreamConfig stream) =>
        new(stream.Id, [.. stream.Events.Zones.Select(z => z.Name)], stream.Publish == PublishScope.Nothing ? [] : stream.Events.EventTypes);
}
