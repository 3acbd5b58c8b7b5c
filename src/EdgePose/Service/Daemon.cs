using System.Diagnostics.CodeAnalysis;
using System.Globalization;
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
/// The worker of the host: runs the pipeline until it is told to stop, and brings it to another configuration on reload. Whatever a reload
/// meets, the daemon goes on.
/// </summary>
internal sealed partial class Daemon(
    Pipeline pipeline, Func<EdgePoseConfig> load, ReloadRequests reloads, DaemonExit exit, SystemdNotify systemd, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<Daemon> logger, Observatory? observatory = null, LogControl? log = null) : BackgroundService
{
    /// <summary>Below the ten seconds that a stop may take, so that the retained offline still goes out.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(8);

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly Lazy<Snapshots> _snapshots = new(() => new Snapshots(time));
    private readonly HashSet<string> _told = [];

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of the daemon: a defect must end the process with an error, or systemd would not start it again.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        OrtLog.Listener = LogRuntime;
        try
        {
            // Here begins the up-time that they show.
            _ = _snapshots.Value;
            await StartPipelineAsync(stoppingToken).ConfigureAwait(false);
            while (await RunUntilReloadAsync(stoppingToken).ConfigureAwait(false)) { await ReloadAsync(stoppingToken).ConfigureAwait(false); }
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
            reloads.Close();
            try { await StopPipelineAsync().ConfigureAwait(false); }
            finally
            {
                OrtLog.Listener = null;
                lifetime.StopApplication();
            }
        }
    }

    private async Task StartPipelineAsync(CancellationToken stop)
    {
        pipeline.ReloadRequested = reloads.AskAsync;
        await ShowAsync(stop).ConfigureAwait(false);
        pipeline.Start(Info());
        TellModels();
        LogReady(pipeline.Streams.Count, pipeline.Config.Path, pipeline.Config.Hash);
        systemd.Ready($"{pipeline.Streams.Count} streams");
    }

    private Task ShowAsync(CancellationToken stop) => observatory?.FollowAsync(
        new Observed(() => _snapshots.Value.Of(pipeline), () => new HealthAnswer(Reporter.MakesProgress(pipeline), Reporter.Health(pipeline))),
        pipeline.Config.Metrics, pipeline.Config.Status, stop) ?? Task.CompletedTask;

    private void TellModels()
    {
        foreach (var session in pipeline.Sessions)
        {
            if (!_told.Add($"{session.Descriptor.Name} {session.Descriptor.Sha256} {session.Provider}")) { continue; }
            LogModel(session.Descriptor.Name, ModelFile.ExpectedSha256(session.Descriptor)[..12], session.Provider);
            foreach (var reason in session.Fallbacks) { LogFallback(session.Descriptor.Name, reason); }
            if (session.BatchNote.Length > 0) { LogBatches(session.Descriptor.Name, session.BatchNote); }
        }
    }

    /// <summary>True when a reload is wanted, false when the daemon stops, every recording has ended, or nobody is left to be told anything.</summary>
    private async Task<bool> RunUntilReloadAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reporter = new Reporter(pipeline, systemd, time);
        // A report that fails is the next second's; a reporter that fails for good feeds no watchdog.
        using var reporting = new SupervisedLoop("reporting", reporter.RunAsync, new Supervision("daemon", time, logger), time);
        reporting.Start();
        var reload = reloads.WaitAsync(end.Token);
        var finished = exit.StopWhenSourcesEnd ? pipeline.SourcesEnded : Task.Delay(Timeout.Infinite, end.Token);
        var first = await Task.WhenAny(reporting.Completion, reload, finished, pipeline.Outbox.Ended).ConfigureAwait(false);
        if (first == finished && !stop.IsCancellationRequested)
        {
            await DrainAsync(stop).ConfigureAwait(false);
            exit.Failure = pipeline.Streams.Select(s => s.Scheduled.NothingMeasured).FirstOrDefault(e => e is not null);
        }
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
    private async Task DrainAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && pipeline.Streams.Any(s => s.Scheduled.Slot.Account is { Waiting: > 0 } or { InWork: > 0 }))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, stop).ConfigureAwait(false);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A reload must never end the daemon: what runs goes on.")]
    private async Task ReloadAsync(CancellationToken stop)
    {
        systemd.Reloading(time);
        var wishes = reloads.Take();
        PipelineReload reload;
        try { reload = await PipelineReload.PrepareAsync(pipeline, load()).ConfigureAwait(false); }
        catch (Exception e)
        {
            LogReloadRefused(e.Message, Times(wishes.Asked));
            wishes.Answer(new ReloadAnswer($"refused, the former configuration goes on: {FirstLines(e.Message)}", default));
            systemd.Ready("reload refused, the former configuration runs");
            return;
        }
        try
        {
            await reload.CommitAsync(Info, outcome =>
            {
                LogReloaded(outcome.Text, Times(wishes.Asked));
                wishes.Answer(outcome.Answer(wishes.Asked));
            }).ConfigureAwait(false);
            log?.Follow(pipeline.Config.Log);
            TellModels();
            await ShowAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogReloadBroken(e);
            wishes.Answer(new ReloadAnswer("broken off in the middle; the log says why", default));
        }
        systemd.Ready($"{pipeline.Streams.Count} streams");
    }

    private static string Times(int count) => count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{count} times");

    /// <summary>What fits into a message; the log has all of it.</summary>
    private static string FirstLines(string text)
    {
        const int Most = 3;
        var lines = text.Split('\n');
        return string.Join("; ", lines.Length <= Most ? lines : [.. lines.Take(Most), $"and {lines.Length - Most} more, see the log"]);
    }

    private async Task StopPipelineAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await pipeline.StopAsync(limit.Token).ConfigureAwait(false);
        await pipeline.DisposeAsync().ConfigureAwait(false);
    }

    private NodeInfo Info() => new()
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
