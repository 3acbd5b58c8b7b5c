using EdgePose.Delivery;
using EdgePose.Service.Configuration;
using EdgePose.Settings;

namespace EdgePose.Service.Reloading;

/// <summary>What a reload has to do, from the difference between two configurations: as little as possible.</summary>
internal sealed record ReloadPlan
{
    /// <summary>Keys that differ in the file.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>Every stream of either configuration that is switched on in one of them, in the order of the new one.</summary>
    public required IReadOnlyList<(string Stream, StreamChange Change)> Streams { get; init; }

    /// <summary>The networks are opened again, and every stream starts again on them.</summary>
    public required bool Networks { get; init; }

    /// <summary>The sinks are made anew, and connect again.</summary>
    public required bool Sinks { get; init; }

    /// <summary>Another rate of pose messages.</summary>
    public required bool Rate { get; init; }

    /// <summary>Something else that no stream and no sink notices: the log, the addresses that are shown.</summary>
    public required bool Other { get; init; }

    /// <summary>Keys that differ and count from the next start only.</summary>
    public required IReadOnlyList<string> Later { get; init; }

    /// <summary>True when the running daemon is what the new configuration says already.</summary>
    public bool IsEmpty => !Networks && !Sinks && !Rate && !Other && Later.Count == 0 && Streams.All(s => s.Change == StreamChange.Untouched);

    public StreamChange Of(string stream) => Streams.FirstOrDefault(s => s.Stream == stream).Change;

    public IReadOnlyList<string> With(StreamChange change) => [.. Streams.Where(s => s.Change == change).Select(s => s.Stream)];

    /// <param name="before">What runs.</param>
    /// <param name="after">What is wanted.</param>
    /// <param name="otherModels">The networks that run are not those that their names mean now.</param>
    public static ReloadPlan Between(EdgePoseConfig before, EdgePoseConfig after, bool otherModels = false)
    {
        var networks = otherModels || !SameSettings.Are(Inference(before), Inference(after));
        var streams = after.Streams.Select(s => s.Id).Concat(before.Streams.Select(s => s.Id)).Distinct().Where(id => IsOn(before, id) || IsOn(after, id));
        return new ReloadPlan
        {
            Keys = KeyDifference.Between(before.Given, after.Given),
            Networks = networks,
            Sinks = before.Node != after.Node || !SameSettings.Are(before.Sinks, after.Sinks) || !SameSettings.Are(Fixed(before.Outbox), Fixed(after.Outbox)),
            Rate = !before.Outbox.MaxRate.Equals(after.Outbox.MaxRate),
            Other = before.Log.Level != after.Log.Level || !SameSettings.Are(before.Metrics, after.Metrics) || !SameSettings.Are(before.Status, after.Status),
            Later = [.. Late(before, after)],
            Streams = [.. streams.Select(id => (id, Change(before, after, id, networks || !SameSettings.Are(People(before), People(after)))))],
        };
    }

    private static StreamChange Change(EdgePoseConfig before, EdgePoseConfig after, string id, bool all)
    {
        if (!IsOn(before, id)) { return StreamChange.Started; }
        if (!IsOn(after, id)) { return StreamChange.Stopped; }
        var (old, now) = (before.Streams.First(s => s.Id == id), after.Streams.First(s => s.Id == id));
        if (all || !SameSettings.Are(Path(old), Path(now))) { return StreamChange.Restarted; }
        var same = SameSettings.Are(old, now) && SameSettings.Are(before.Events, after.Events) && SameSettings.Are(before.Record, after.Record);
        return same ? StreamChange.Untouched : StreamChange.Adjusted;
    }

    /// <summary>What the way from the picture to its people is built from; everything else of a stream can change while it runs.</summary>
    private static StreamConfig Path(StreamConfig stream) => stream with { Publish = default, Record = false, Events = new() };

    private static object[] Inference(EdgePoseConfig config) => [config.Models, config.Inference, config.Scheduling, config.Quantization];

    private static object[] People(EdgePoseConfig config) => [config.Tracking, config.Listing];

    private static OutboxSettings Fixed(OutboxSettings outbox) => outbox with { MaxRate = 0 };

    private static IEnumerable<string> Late(EdgePoseConfig before, EdgePoseConfig after)
    {
        if (!SameSettings.Are(before.Spool, after.Spool)) { yield return "spool"; }
        if (before.Log.Format != after.Log.Format) { yield return "log.format"; }
    }

    private static bool IsOn(EdgePoseConfig config, string id) => config.Streams.Any(s => s.Id == id && s.Enabled);
}
