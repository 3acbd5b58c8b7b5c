using System.Diagnostics.CodeAnalysis;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Loops;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.Service.Configuration;
using EdgePose.Service.Observe;
using EdgePose.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>
/// The worker of the host: runs a pipeline until it is told to stop, and exchanges it on reload. A new configuration is built completely
/// before the old one is stopped; when that fails the old one goes on.
/// </summary>
internal sealed partial class Daemon(
    Pipeline first, Func<Pipeline> rebuild, ReloadRequests reloads, DaemonExit exit, SystemdNotify systemd, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<Daemon> logger, Observatory? observatory = null) : BackgroundService
{
    /// <summary>Below the ten seconds that a stop may take, so that the retained offline still goes out.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(8);

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly Lazy<Snapshots> _snapshots = new(() => new Snapshots(time));

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of the daemon: a defect must end the process with an error, or systemd would not start it again.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pipeline = first;
        OrtLog.Listener = LogRuntime;
        try
        {
            // Here begins the up-time that they show.
            _ = _snapshots.Value;
            await StartAsync(pipeline, stoppingToken).ConfigureAwait(false);
            while (await RunUntilReloadAsync(pipeline, stoppingToken).ConfigureAwait(false))
            {
                pipeline = await ExchangeAsync(pipeline, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop in the middle of a reload or a drain: no failure.
            systemd.Status("stopping");
        }
        catch (Exception e)
        {
            if (e is not UserError) { LogBug(e); }
            exit.Failure = e;
        }
        finally
        {
            systemd.Stopping();
            try { await StopPipelineAsync(pipeline).ConfigureAwait(false); }
            finally
            {
                OrtLog.Listener = null;
                lifetime.StopApplication();
            }
        }
    }

    private async Task StartAsync(Pipeline pipeline, CancellationToken stop)
    {
        pipeline.ReloadRequested += reloads.Request;
        if (observatory is not null) { await observatory.FollowAsync(Observed(pipeline), pipeline.Config.Metrics.Listen, pipeline.Config.Status, stop).ConfigureAwait(false); }
        pipeline.Start(Info(pipeline));
        foreach (var session in pipeline.Sessions)
        {
            LogModel(session.Descriptor.Name, ModelFile.ExpectedSha256(session.Descriptor)[..12], session.Provider);
            foreach (var reason in session.Fallbacks) { LogFallback(session.Descriptor.Name, reason); }
        }
        LogReady(pipeline.Streams.Count, pipeline.Config.Path, pipeline.Config.Hash);
        systemd.Ready($"{pipeline.Streams.Count} streams");
    }

    /// <summary>True when a reload is wanted, false when the daemon stops, every recording has ended, or nobody is left to be told anything.</summary>
    private async Task<bool> RunUntilReloadAsync(Pipeline pipeline, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reporter = new Reporter(pipeline, systemd, time);
        // A report that fails is the next second's; a reporter that fails for good feeds no watchdog.
        using var reporting = new SupervisedLoop("reporting", reporter.RunAsync, new Supervision("daemon", time, logger), time);
        reporting.Start();
        var reload = reloads.WaitAsync(end.Token);
        var finished = exit.StopWhenSourcesEnd ? pipeline.SourcesEnded : Task.Delay(Timeout.Infinite, end.Token);
        var first = await Task.WhenAny(reporting.Completion, reload, finished, pipeline.Outbox.Ended).ConfigureAwait(false);
        if (first == finished && !stop.IsCancellationRequested) { await DrainAsync(pipeline, stop).ConfigureAwait(false); }
        await end.CancelAsync().ConfigureAwait(false);
        reporting.Cancel();
        await reporting.Completion.ConfigureAwait(false);
        try { await reload.ConfigureAwait(false); }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The way in which it is told to end.
            return false;
        }
        return reload.IsCompletedSuccessfully;
    }

    /// <summary>Lets the inference thread take the frames that still wait.</summary>
    private async Task DrainAsync(Pipeline pipeline, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && pipeline.Streams.Any(s => s.Scheduled.Slot.Account is { Waiting: > 0 } or { InWork: > 0 }))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, stop).ConfigureAwait(false);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A reload must never end the daemon: the old configuration goes on.")]
    private async Task<Pipeline> ExchangeAsync(Pipeline old, CancellationToken stop)
    {
        systemd.Reloading(time);
        Pipeline next;
        try { next = rebuild(); }
        catch (Exception e)
        {
            LogReloadRefused(e.Message);
            systemd.Ready("reload refused, the former configuration runs");
            return old;
        }
        if (stop.IsCancellationRequested)
        {
            await next.DisposeAsync().ConfigureAwait(false);
            return old;
        }
        await StopPipelineAsync(old).ConfigureAwait(false);
        // By the new outbox, which keeps at it when the broker is away just now.
        foreach (var gone in old.Config.Streams.Select(s => s.Id).Except(next.Config.Streams.Select(s => s.Id))) { next.Outbox.RemoveStream(gone); }
        foreach (var (stream, zone) in Zones(old.Config).Except(Zones(next.Config))) { next.Outbox.RemoveZone(stream, zone); }
        await StartAsync(next, stop).ConfigureAwait(false);
        return next;
    }

    private static IEnumerable<(string Stream, string Zone)> Zones(EdgePoseConfig config) =>
        config.Streams.SelectMany(s => s.Events.Zones.Select(z => (s.Id, z.Name)));

    private static async Task StopPipelineAsync(Pipeline pipeline)
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await pipeline.StopAsync(limit.Token).ConfigureAwait(false);
        await pipeline.DisposeAsync().ConfigureAwait(false);
    }

    private Observed Observed(Pipeline pipeline) =>
        new(() => _snapshots.Value.Of(pipeline), () => new HealthAnswer(Reporter.MakesProgress(pipeline), Reporter.Health(pipeline)));

    private NodeInfo Info(Pipeline pipeline) => new()
    {
        Version = Versions.Self,
        ConfigHash = pipeline.Config.Hash,
        Boot = pipeline.Outbox.Boot,
        Started = _started,
        Models = [.. pipeline.Sessions.Select(s => new ModelInfo(s.Descriptor.Name, ModelFile.ExpectedSha256(s.Descriptor), s.Provider))],
        Streams = [.. pipeline.Config.Streams.Select(s => s.Id)],
    };
}

/// <summary>How the daemon ends, shared between the worker and the verb that started it.</summary>
internal sealed class DaemonExit
{
    /// <summary>Ends when every source is a recording that has been read; off for a service.</summary>
    public bool StopWhenSourcesEnd { get; init; }

    /// <summary>Why it ended, when it was not told to: a <see cref="UserError"/>, or a defect.</summary>
    public Exception? Failure { get; set; }
}
