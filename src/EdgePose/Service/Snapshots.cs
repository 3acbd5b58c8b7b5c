using EdgePose.Domain;
using EdgePose.Service.Observe;

namespace EdgePose.Service;

/// <summary>Reads the figures of a running pipeline: the one place where a new figure enters all views.</summary>
internal sealed class Snapshots(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public NodeSnapshot Of(Pipeline pipeline)
    {
        var (health, broker, stats) = (Reporter.Health(pipeline), pipeline.Outbox.Sinks[0], pipeline.Outbox.Sinks[0].Stats);
        return new NodeSnapshot
        {
            Node = pipeline.Config.Node,
            Version = Versions.Self,
            Time = time.GetUtcNow(),
            UptimeSeconds = Math.Round(time.GetElapsedTime(_started).TotalSeconds, 1),
            State = Words.Snake(health.State),
            Reasons = health.Reasons,
            Broker = new BrokerSnapshot(broker.Status.State, broker.Status.Reason, broker.Queued, stats.Published,
                [
                    new("not_connected", stats.NotConnected), new("queue_full", stats.QueueFull), new("rate_limited", stats.RateLimited),
                    new("refused", stats.Refused), new("failed", stats.Failed),
                ], stats.Reconnects),
            Models = [.. pipeline.Sessions.Select(s => new ModelPlace(s.Descriptor.Name, s.Provider))],
            InferenceP99Ms = Tenth(health.InferenceP99Ms),
            RssBytes = health.RssBytes,
            CpuSeconds = Math.Round(Environment.CpuUsage.TotalTime.TotalSeconds, 2),
            Streams = [.. pipeline.Streams.Select(Of), .. pipeline.Config.Streams.Where(s => !s.Enabled).Select(s => Disabled(s.Id))],
        };
    }

    public static StreamSnapshot Of(StreamUnit stream)
    {
        var (status, rates, frames) = (stream.Status, stream.Counters(), Tally(stream));
        return new StreamSnapshot
        {
            Id = stream.Id,
            State = status.State,
            Since = status.SinceUtc,
            Reason = status.Reason,
            LastError = stream.Observer.LastError,
            Epoch = status.Epoch,
            Reconnects = status.Reconnects,
            Width = status.Width,
            Height = status.Height,
            Codec = status.Codec,
            Decoder = status.Decoder,
            FpsIn = Tenth(rates.FpsIn),
            FpsProcessed = Tenth(rates.FpsProcessed),
            FpsDropped = Tenth(stream.DroppedPerSecond()),
            FrameAgeP50Ms = Tenth(Math.Max(0, stream.Scheduled.Ages.Percentile(0.5))),
            FrameAgeP99Ms = Tenth(Math.Max(0, rates.FrameAgeP99Ms)),
            People = stream.Observer.People,
            Received = frames.Received,
            Processed = frames.Processed,
            InFlight = frames.InFlight,
            Dropped = frames.Dropped,
            DecodeErrors = stream.Ingested.DecodeErrors,
            Restarts = [.. Enum.GetValues<StreamState>().Select(s => new Count(Words.Snake(s), stream.Ingested.Restarts(s))).Where(c => c.Value > 0)],
        };
    }

    /// <summary>Where the frames of a stream went.</summary>
    public static FrameTally Tally(StreamUnit stream)
    {
        var a = stream.Scheduled.Slot.Account;
        return new FrameTally(a.Received, a.Processed, a.Waiting + a.InWork,
        [
            new("no_buffer", a.NoBuffer), new("newer_frame", a.Replaced), new("stale", a.Stale), new("refused", a.Refused), new("failed", a.Failed),
            new("closed", a.Closed),
        ]);
    }

    private static StreamSnapshot Disabled(string id) => new()
    {
        Id = id, State = StreamState.Disabled, Since = default, Reason = "disabled in the configuration", LastError = "", Epoch = 0, Reconnects = 0,
        Width = 0, Height = 0, Codec = "", Decoder = "", FpsIn = 0, FpsProcessed = 0, FpsDropped = 0, FrameAgeP50Ms = 0, FrameAgeP99Ms = 0,
        People = 0, Received = 0, Processed = 0, InFlight = 0, Dropped = [], DecodeErrors = 0, Restarts = [],
    };

    // JSON has no NaN: a figure that does not exist yet is 0.
    private static double Tenth(double value) => double.IsFinite(value) ? Math.Round(value, 1) : 0;
}
