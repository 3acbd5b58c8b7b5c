using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Loops;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Streams;
using Microsoft.Extensions.Logging;
using DurableSpool = EdgePose.Delivery.Spool.DurableSpool;

namespace EdgePose.Service;

/// <summary>The wiring: one configuration, running. Built completely, with every model opened, before anything is started.</summary>
internal sealed class Pipeline : IAsyncDisposable
{
    private static readonly TimeSpan LoopStop = TimeSpan.FromSeconds(3);

    private readonly ModelStore _models;
    private readonly Outbox _outbox;
    private readonly InferenceLoop _loop;
    private readonly List<StreamUnit> _streams = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _sources = Task.CompletedTask;
    private bool _stopped, _disposed;

    private Pipeline(
        EdgePoseConfig config, ModelStore models, PipelineOptions options, Redactor redactor, ILoggerFactory loggers, TimeProvider time)
    {
        (Config, _models, Spool) = (config, models, options.Spool);
        var clock = new ClockState(time);
        var parts = new SinkParts(options.JsonLines, Versions.Self, () => ReloadRequested?.Invoke(), redactor.Redact, loggers, time);
        ISink[] sinks = [.. config.Sinks.SelectMany(s => s.Create(parts))];
        _outbox = new Outbox(
            config.Outbox with { Spool = options.Spool, Boot = options.Boot }, sinks, time, loggers.CreateLogger<Outbox>(), () => clock.IsSynced);
        _outbox.Sinks[0].Answered = options.Metrics.Published;
        var (scheduled, stages) = (new List<ScheduledStream>(), new StageClock(time));
        _loop = new InferenceLoop(scheduled, time, loggers.CreateLogger<InferenceLoop>(), config.Scheduling);
        var builder = new StreamBuilder(config, models, _outbox, options, redactor.Redact, loggers, time);
        foreach (var stream in config.Streams.Where(s => s.Enabled))
        {
            var unit = builder.Build(stream, stages, _loop.Wake);
            _streams.Add(unit);
            scheduled.Add(unit.Scheduled);
        }
        foreach (var session in _models.Sessions) { session.Clock = stages; }
        IEnumerable<Supervision> spool = Spool is { } kept ? [kept.Supervision] : [];
        Supervised = [_loop.Supervision, .. spool, .. _streams.SelectMany(s => s.Supervised), .. _outbox.Sinks.SelectMany(s => s.Supervised)];
    }

    public EdgePoseConfig Config { get; }
    public IReadOnlyList<StreamUnit> Streams => _streams;
    public Outbox Outbox => _outbox;

    /// <summary>Somebody who may do so asks for a reload; raised on a task of delivery.</summary>
    public event Action? ReloadRequested;
    public DurableSpool? Spool { get; }

    /// <summary>Which streams lose many frames; fed once a second.</summary>
    public DropMeter Drops { get; } = new();
    public InferenceLoop Loop => _loop;

    /// <summary>Every loop, thread and timer of the running configuration, by owner.</summary>
    public IReadOnlyList<Supervision> Supervised { get; }
    public IReadOnlyCollection<OrtSession> Sessions => _models.Sessions;

    /// <summary>99th percentile of the time that one frame takes on the inference thread, over the latest frames of the slowest stream.</summary>
    public double InferenceP99Ms => _streams.Count == 0 ? 0 : _streams.Max(s => s.Scheduled.Durations.Percentile(0.99));

    /// <summary>Completes when no source is left to read: every stream was a recording that ended.</summary>
    public Task SourcesEnded => _sources;

    /// <exception cref="UserError">A model is missing, damaged, or does not start.</exception>
    public static Pipeline Build(EdgePoseConfig config, PipelineOptions options, Redactor redactor, ILoggerFactory loggers, TimeProvider time)
    {
        if (options.JsonLines is null && !config.Sinks.Any(s => s.IsOn))
        {
            throw new UserError(ExitCode.Configuration, $"{config.Path}: no broker is configured", "add mqtt: { url: mqtt://... }, or run with --stdout");
        }
        var inference = config.Inference.Requiring(options.RequireProvider) with { Streams = config.Streams.Count(s => s.Enabled) };
        var models = ModelStore.Load(config.Models.Folders, inference, config.Quantization);
        try
        {
            return new Pipeline(config, models, options, redactor, loggers, time);
        }
        catch
        {
            models.Dispose();
            throw;
        }
    }

    /// <param name="info">What the info topic says.</param>
    /// <param name="read">How a stream gets its frames; null = from its source.</param>
    public void Start(NodeInfo info, Func<StreamUnit, CancellationToken, Task>? read = null)
    {
        FreeMemory.TrimAll();
        _outbox.SetInfo(info);
        _outbox.Announce([.. Config.Streams.Where(s => s.Enabled).Select(StreamEvents.Announcement)]);
        _outbox.Start();
        foreach (var disabled in Config.Streams.Where(s => !s.Enabled))
        {
            _outbox.SetStream(disabled.Id, new StreamStatus(StreamState.Disabled, info.Started, "disabled in the configuration", 0, 0, 0, 0, "", ""), default);
        }
        _loop.Start();
        _sources = Task.WhenAll(_streams.Select(s => read is null ? s.RunAsync(_stop.Token) : read(s, _stop.Token)));
    }

    /// <summary>
    /// Ends the sources (ffmpeg is gone afterwards), finishes the frame in work, and takes leave of the broker. Each step is limited.
    /// </summary>
    public async Task StopAsync(CancellationToken hurry)
    {
        if (_stopped) { return; }
        _stopped = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        try { await _sources.ConfigureAwait(false); }
        finally
        {
            _loop.Stop(LoopStop);
            foreach (var stream in _streams) { await stream.Events.DisposeAsync().ConfigureAwait(false); }
            foreach (var stream in _streams) { stream.PublishState(urgent: true); }
            await _outbox.StopAsync(hurry).ConfigureAwait(false);
        }
    }

    /// <summary>May be called again: the daemon ends a pipeline that it exchanges, and the host's container ends the first one once more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) { return; }
        _disposed = true;
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _loop.Dispose();
        foreach (var stream in _streams) { stream.Dispose(); }
        await _outbox.DisposeAsync().ConfigureAwait(false);
        // A network that hangs keeps its memory: freeing it under the thread would end the process at once.
        if (_loop.HasEnded) { _models.Dispose(); }
        _stop.Dispose();
    }
}
