using System.Globalization;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;

namespace EdgePose.Service;

/// <summary>
/// Once a second: the figures of every stream, the health of the process, and systemd's watchdog. The watchdog is fed only while the
/// inference thread makes progress and no loop that the daemon cannot do without fails for long, so that either ends in a restart.
/// </summary>
internal sealed class Reporter(Pipeline pipeline, SystemdNotify systemd, TimeProvider time)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>By then every stream has had its first frames, and what the start needed is garbage.</summary>
    private const int TrimAtTick = 20;

    private int _ticks;

    // Fed at the first tick: after a reload nobody knows how long ago the last sign of life was.
    private long? _watchdogAt;

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Tick, time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false)) { Report(); }
    }

    public void Report()
    {
        if (++_ticks == TrimAtTick) { FreeMemory.TrimAll(); }
        foreach (var stream in pipeline.Streams)
        {
            stream.PublishState();
            pipeline.Drops.Add(stream.Id, stream.Scheduled.Slot.Account);
        }
        pipeline.Overload.Add(pipeline.Loop.Load.Step);
        pipeline.Outbox.SetStatus(Health(pipeline));
        systemd.Status(Summary());
        var due = systemd.WatchdogInterval is { } interval && (_watchdogAt is not { } last || time.GetElapsedTime(last) >= interval - Tick);
        if (due && MakesProgress(pipeline))
        {
            systemd.Watchdog();
            _watchdogAt = time.GetTimestamp();
        }
    }

    /// <summary>One line for systemd and the log: how many streams are online and how the broker is.</summary>
    public string Summary()
    {
        var online = pipeline.Streams.Count(s => s.Status.State == StreamState.Online);
        return string.Create(CultureInfo.InvariantCulture, $"{online} of {pipeline.Streams.Count} streams online, broker {pipeline.Outbox.Sinks[0].Status.State}");
    }

    internal static bool MakesProgress(Pipeline pipeline) => !pipeline.Loop.IsHung && !pipeline.Supervised.Any(s => s.Loops.Any(l => l.IsLost));

    /// <summary>How the daemon is, with the watchdog's measure of a hung network: what the status topic, the health addresses and <c>top</c> say.</summary>
    internal static NodeStatus Health(Pipeline pipeline)
    {
        var reasons = new List<string>();
        foreach (var stream in pipeline.Streams)
        {
            if (stream.Status.State is not (StreamState.Online or StreamState.Starting or StreamState.Disabled))
            {
                reasons.Add($"stream {stream.Id}: {Snake(stream.Status.State)}");
            }
            if (stream.Scheduled.Failed > 0) { reasons.Add($"stream {stream.Id}: frames could not be processed"); }
            if (stream.Scheduled.Missed > 0) { reasons.Add($"stream {stream.Id}: the network took longer than inference.run_deadline"); }
            if (stream.Events.Recording is { LastError.Length: > 0 }) { reasons.Add($"stream {stream.Id}: key-points cannot be recorded, the log says why"); }
            if (pipeline.Drops.IsHeavy(stream.Id)) { reasons.Add($"stream {stream.Id}: many frames are dropped, inference is not fast enough for them"); }
        }
        if (pipeline.Overload.IsLasting && pipeline.Loop.Load.Step is > 0 and var step) { reasons.Add($"inference is overloaded: load ladder at step {step} of {Ladder.Last}"); }
        foreach (var session in pipeline.Sessions.Where(s => s.Fallbacks.Count > 0))
        {
            reasons.Add($"model {session.Descriptor.Name}: runs on {session.Provider}, earlier providers did not start");
        }
        if (pipeline.Spool?.Stats().Fault is { Length: > 0 } fault) { reasons.Add($"spool: {fault}"); }
        foreach (var supervision in pipeline.Supervised) { reasons.AddRange(supervision.Problems); }
        var hung = !MakesProgress(pipeline);
        if (pipeline.Loop.IsHung) { reasons.Add("inference makes no progress"); }
        var state = hung ? NodeState.Failing : reasons.Count > 0 ? NodeState.Degraded : NodeState.Ok;
        var provider = string.Join(",", pipeline.Sessions.Select(s => s.Provider).Distinct());
        return new NodeStatus(state, reasons, provider, pipeline.InferenceP99Ms, Environment.WorkingSet);
    }

    private static string Snake<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
