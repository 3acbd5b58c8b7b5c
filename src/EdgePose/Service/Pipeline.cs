using System.Diagnostics.CodeAnalysis;
using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Loops;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.Service.Configuration;
using EdgePose.Streams;
using Microsoft.Extensions.Logging;
using DurableSpool = EdgePose.Delivery.Spool.DurableSpool;

namespace EdgePose.Service;

/// <summary>
/// The wiring: one configuration, running. Built completely, with every model opened, before anything is started. A reload exchanges the parts
/// that differ (<see cref="PipelineReload"/>).
/// </summary>
internal sealed partial class Pipeline : IAsyncDisposable
{
    private readonly PipelineOptions _options;
    private readonly Redactor _redactor;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ClockState _clock;
    private readonly CurrentOutbox _outbox;
    private volatile InferenceUnit _inference;
    private volatile IReadOnlyList<StreamUnit> _streams;
    private volatile EdgePoseConfig _config;
    private bool _stopped, _disposed;

    private Pipeline(
        EdgePoseConfig config, InferenceUnit inference, PipelineOptions options, Redactor redactor, ILoggerFactory loggers, TimeProvider time,
        CancellationToken stop)
    {
        (_config, _inference, _options, _redactor, _loggers, _time) = (config, inference, options, redactor, loggers, time);
        (_logger, _clock) = (loggers.CreateLogger<Pipeline>(), new ClockState(time));
        _outbox = new CurrentOutbox(NewOutbox(config));
        var builder = NewBuilder(config, inference);
        _streams = [.. config.Streams.Where(s => s.Enabled).Select(s => builder.Build(s, stop))];
    }

    public EdgePoseConfig Config => _config;

    /// <summary>What the caller decided.</summary>
    public PipelineOptions Options => _options;
    public IReadOnlyList<StreamUnit> Streams => _streams;
    public Outbox Outbox => _outbox.Now;
    public InferenceUnit Inference => _inference;
    public ILoggerFactory Loggers => _loggers;
    public TimeProvider Time => _time;

    /// <summary>Somebody who may do so asks for a reload, and waits for what comes of it; called on a task of delivery.</summary>
    public Func<Task<ReloadAnswer>> ReloadRequested { get; set; } = static () => Task.FromResult(new ReloadAnswer("a reload is not possible here", default));
    public DurableSpool? Spool => _options.Spool;

    /// <summary>Which streams lose many frames; fed once a second.</summary>
    public DropMeter Drops { get; } = new();
    /// <summary>Whether the device is overloaded; fed once a second.</summary>
    public OverloadMeter Overload { get; } = new();
    public InferenceLoop Loop => _inference.Loop;

    /// <summary>Every loop, thread and timer of the running configuration, by owner.</summary>
    public IReadOnlyList<Supervision> Supervised
    {
        get
        {
            IEnumerable<Supervision> spool = Spool is { } kept ? [kept.Supervision] : [];
            return [Loop.Supervision, .. spool, .. _streams.SelectMany(s => s.Supervised), .. Outbox.Sinks.SelectMany(s => s.Supervised)];
        }
    }

    public IReadOnlyCollection<OrtSession> Sessions => _inference.Models.Sessions;

    /// <summary>99th percentile of the time that one frame takes on the inference thread, over the latest frames of the slowest stream.</summary>
    public double InferenceP99Ms => _streams.Count == 0 ? 0 : _streams.Max(s => s.Scheduled.Durations.Percentile(0.99));

    /// <summary>Completes when no source is left to read: every stream was a recording that ended.</summary>
    public Task SourcesEnded => Task.WhenAll(_streams.Select(s => s.Running));

    /// <exception cref="UserError">A model is missing, damaged, or does not start.</exception>
    /// <exception cref="OperationCanceledException">Told to stop while networks were opened, which takes seconds on a busy board.</exception>
    public static Pipeline Build(
        EdgePoseConfig config, PipelineOptions options, Redactor redactor, ILoggerFactory loggers, TimeProvider time, CancellationToken stop = default)
    {
        RequireSink(config, options);
        var inference = InferenceUnit.Open(config, options.RequireProvider, loggers, time);
        try
        {
            return new Pipeline(config, inference, options, redactor, loggers, time, stop);
        }
        catch
        {
            inference.Dispose();
            throw;
        }
    }

    public const string NoSink = "no broker is configured", NoSinkHint = "add mqtt: { url: mqtt://... }, or use --stdout";

    /// <exception cref="UserError">Nobody would get what the daemon finds.</exception>
    public static void RequireSink(EdgePoseConfig config, PipelineOptions options)
    {
        if (options.JsonLines is null && !config.Sinks.Any(s => s.IsOn))
        {
            throw new UserError(ExitCode.Configuration, $"{config.Path}: {NoSink}", NoSinkHint);
        }
    }

    /// <param name="info">What the info topic says.</param>
    /// <param name="read">How a stream gets its frames; null = from its source.</param>
    public void Start(NodeInfo info, Func<StreamUnit, CancellationToken, Task>? read = null)
    {
        FreeMemory.TrimAll();
        // The thread has not been started: nobody has to be waited for.
        _ = _inference.FollowAsync(_streams);
        Tell(info);
        Outbox.Start();
        _inference.Loop.Start();
        foreach (var stream in _streams) { stream.Start(read); }
    }

    /// <summary>Says what there is: the node, what can be expected of its streams, and which are switched off.</summary>
    public void Tell(NodeInfo info)
    {
        StreamEvents.Announce(Outbox, info, _config, id => _streams.FirstOrDefault(s => s.Id == id)?.Skeleton);
        foreach (var disabled in _config.Streams.Where(s => !s.Enabled))
        {
            Outbox.SetStream(disabled.Id, new StreamStatus(StreamState.Disabled, info.Started, "disabled in the configuration", 0, 0, 0, 0, "", ""), default);
        }
    }

    /// <summary>Another set of parts, which is running; the caller has ended those that are not among them.</summary>
    public void Follow(EdgePoseConfig config, InferenceUnit inference, IReadOnlyList<StreamUnit> streams) => (_config, _inference, _streams) = (config, inference, streams);

    /// <summary>Everything that is told from now on goes to <paramref name="next"/>, which begins with what the former one knew.</summary>
    public void Follow(Outbox next)
    {
        next.TakeOver(_outbox.Now);
        _outbox.Now = next;
    }

    /// <exception cref="UserError">A setting of a sink.</exception>
    public Outbox NewOutbox(EdgePoseConfig config)
    {
        var parts = _options.Parts(() => ReloadRequested(), _redactor.Redact, _loggers, _time);
        ISink[] sinks = [.. config.Sinks.SelectMany(s => s.Create(parts))];
        var outbox = new Outbox(
            config.Outbox with { Spool = _options.Spool, Boot = _options.Boot, OtherReaders = _options.OtherReaders }, sinks, _time, _loggers.CreateLogger<Outbox>(), () => _clock.IsSynced);
        outbox.Sinks[0].Answered = _options.Metrics.Published;
        return outbox;
    }

    public StreamBuilder NewBuilder(EdgePoseConfig config, InferenceUnit inference) =>
        new(config, inference, _outbox, _options, _redactor.Redact, _loggers, _time);

    /// <summary>
    /// Ends the sources (ffmpeg is gone afterwards), finishes the frame in work, and takes leave of the broker. Each step is limited, and one
    /// that fails does not keep the next ones from being taken.
    /// </summary>
    public async Task StopAsync(CancellationToken hurry)
    {
        if (_stopped) { return; }
        _stopped = true;
        await Task.WhenAll(_streams.Select(s => GuardAsync($"the source of {s.Id}", s.EndAsync))).ConfigureAwait(false);
        _inference.Stop();
        foreach (var stream in _streams) { await GuardAsync($"the events of {stream.Id}", () => stream.Events.DisposeAsync().AsTask()).ConfigureAwait(false); }
        foreach (var stream in _streams) { stream.PublishState(urgent: true); }
        await GuardAsync("delivery", () => Outbox.StopAsync(hurry)).ConfigureAwait(false);
    }

    /// <summary>One step of an end; empty, or why it failed.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of an end: what fails is told, and the rest still has to end.")]
    public async Task<string> GuardAsync(string what, Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(false);
            return "";
        }
        catch (Exception e)
        {
            LogEnd(what, e);
            return $"{what} did not end well, the log says why";
        }
    }

    /// <summary>May be called again: the daemon ends its pipeline, and the host's container once more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) { return; }
        _disposed = true;
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _inference.Dispose();
        foreach (var stream in _streams) { stream.Dispose(); }
        await Outbox.DisposeAsync().ConfigureAwait(false);
    }

    [LoggerMessage(5007, LogLevel.Error, "{What} did not end well")]
    private partial void LogEnd(string what, Exception exception);
}
