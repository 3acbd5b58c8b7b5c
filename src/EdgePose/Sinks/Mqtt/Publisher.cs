using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using EdgePose.Domain;
using EdgePose.Sinks.Mqtt.Events;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt;

/// <summary>
/// Says over MQTT what the daemon knows (contract: MQTT.md). Holds the last value of every retained topic and sends all of them after
/// each connect, because a broker may have lost its store (reliability.md 1.4). No method that takes news blocks or throws on account
/// of the broker: poses go through one bounded queue, everything else is last-value-wins.
/// </summary>
internal sealed partial class Publisher : IAsyncDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DropReportInterval = TimeSpan.FromSeconds(10);

    private readonly PublisherOptions _options;
    private readonly IMqttTransport _transport;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<bool> _clockIsSynced;
    private readonly Func<string, string> _redact;
    private readonly Topics _topics;
    private readonly OutgoingQueue _queue;
    private readonly SemaphoreSlim _window;
    private readonly MqttProperties _posesProperties;
    private readonly long _started;

    // A wake-up is a flag, not a queue: one waiting is as good as many.
    private readonly Channel<bool> _work = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly CancellationTokenSource _abandon = new();

    // guarded by _gate
    private readonly Lock _gate = new();
    private readonly List<RetainedTopic> _retained = [];
    private readonly List<RetainedTopic> _refusedBusy = [];
    private readonly RetainedTopic _availability, _info, _status;
    private NodeStatus? _lastStatus;
    private long _statusRendered, _dropsReported, _dropsReportedAt;

    private readonly ConcurrentDictionary<string, StreamOutput> _streams = new();
    private ITimer? _timer;
    private Task _pump = Task.CompletedTask;
    private volatile bool _stopping;
    private volatile BrokerStatus _broker = BrokerStatus.Connecting;
    private volatile string _lastError = "";
    private long _published, _notConnected, _refused, _failed, _removedNotConnected, _removedRateLimited, _notTakenLogged;
    private int _connections;

    /// <param name="options">Topics and limits.</param>
    /// <param name="transport">Owned: disposed by <see cref="StopAsync"/>.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="logger">One line per change of the broker's state.</param>
    /// <param name="clockIsSynced">Whether the wall clock can be trusted; asked for every pose message.</param>
    /// <param name="redact">Masks secrets in reasons that come from the network or the library.</param>
    /// <param name="sparkplug">The second dialect, if there is one; owned.</param>
    public Publisher(
        PublisherOptions options, IMqttTransport transport, TimeProvider time, ILogger<Publisher> logger,
        Func<bool> clockIsSynced, Func<string, string> redact, Sparkplug.SparkplugNode? sparkplug = null)
    {
        (_options, _transport, _time, _logger, _clockIsSynced, _redact) = (options, transport, time, logger, clockIsSynced, redact);
        _topics = new Topics(options.Prefix, options.Node);
        _queue = new OutgoingQueue(options.QueueCapacity);
        _messages = new EventMessages(_topics, options.Envelope, options.Dialects, options.Version);
        (_sparkplug, _boot) = (sparkplug, options.Spool is { } spool ? EventStamp.BootText(spool.Stats().Boot) : options.Boot);
        _window = new SemaphoreSlim(options.Window, options.Window);
        _posesProperties = Payloads.Json(Payloads.PosesSchema, options.PosesExpiry);
        _started = _statusRendered = _dropsReportedAt = time.GetTimestamp();
        _availability = new RetainedTopic(_topics.Availability, MqttQos.AtLeastOnce, Payloads.Text, TimeSpan.Zero);
        _info = new RetainedTopic(_topics.Info, MqttQos.AtLeastOnce, Payloads.Json(Payloads.InfoSchema, null), TimeSpan.Zero);
        _status = new RetainedTopic(_topics.Status, MqttQos.AtMostOnce, Payloads.Json(Payloads.StatusSchema, null), options.StatusInterval);
        _retained.AddRange([_availability, _info, _status]);
    }

    /// <summary>State of the connection, with a redacted reason.</summary>
    public BrokerStatus Broker => _broker;

    /// <summary>Pose messages that wait for the broker.</summary>
    public int Queued => _queue.Count;

    /// <summary>Told how long each message took from handing it over to its acknowledgement (QoS 1) or its being sent (QoS 0).</summary>
    public Action<TimeSpan>? Answered { get; set; }

    public PublisherStats Stats => new(
        Interlocked.Read(ref _published),
        Interlocked.Read(ref _notConnected) + Interlocked.Read(ref _removedNotConnected) + _streams.Values.Sum(s => s.NotConnected),
        _queue.Dropped,
        Interlocked.Read(ref _removedRateLimited) + _streams.Values.Sum(s => s.RateLimited),
        Interlocked.Read(ref _refused),
        Interlocked.Read(ref _failed),
        _broker.IsConnected,
        Math.Max(0, Volatile.Read(ref _connections) - 1),
        _lastError);

    /// <summary>Begins to connect; called once.</summary>
    /// <exception cref="UserError">The transport lacks something that must be installed.</exception>
    public void Start()
    {
        _availability.Set(Payloads.Online, urgent: true);
        _transport.StatusChanged += OnStatusChanged;
        StartControl();
        StartEvents();
        _sparkplug?.Start();
        var will = new MqttWill(_topics.Availability, Payloads.Offline, _options.WillDelay);
        _transport.Start(() => will);
        _pump = PumpAsync();
        _timer = _time.CreateTimer(static self => ((Publisher)self!).Tick(), this, TickInterval, TickInterval);
    }

    public void SetInfo(NodeInfo info)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(Payloads.Info(_options.Node, info), PayloadsContext.Default.InfoDocument);
        lock (_gate) { _info.Set(json, urgent: true); }
        Signal();
    }

    /// <summary>Health of the process: a change of state, reasons or provider goes out at once, figures every 30 s.</summary>
    public void SetStatus(NodeStatus status)
    {
        lock (_gate)
        {
            var urgent = _lastStatus is not { } last || last.State != status.State || last.Provider != status.Provider
                || !last.Reasons.SequenceEqual(status.Reasons);
            _lastStatus = status;
            RenderStatus(urgent);
        }
        Signal();
    }

    /// <summary>
    /// State of a stream: a change of state goes out at once, changed figures every 5 s, or at once when <paramref name="urgent"/>.
    /// The first call makes the stream known.
    /// </summary>
    public void SetStream(string id, StreamStatus status, in StreamCounters counters, bool urgent = false)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(Payloads.State(status, counters), PayloadsContext.Default.StreamStateDocument);
        var stream = Stream(id);
        _sparkplug?.SetStream(id, status, counters);
        lock (_gate)
        {
            stream.State.Set(json, urgent || stream.LastStatus != status);
            stream.LastStatus = status;
            stream.Availability.Set(status.State == StreamState.Online ? Payloads.Online : Payloads.Offline, urgent: true);
        }
        Signal();
    }

    /// <summary>Clears the topics of a stream that the configuration no longer has, also of one that only an earlier publisher knew.</summary>
    public void RemoveStream(string id)
    {
        var stream = Stream(id);
        _streams.TryRemove(id, out _);
        Interlocked.Add(ref _removedNotConnected, stream.NotConnected);
        Interlocked.Add(ref _removedRateLimited, stream.RateLimited);
        lock (_gate)
        {
            stream.Availability.Clear();
            stream.State.Clear();
            stream.People.Clear();
            foreach (var zone in stream.Zones) { zone.Clear(); }
            Forget(id);
        }
        Signal();
    }

    /// <summary>The people of one frame. Runs on the inference thread: copies, allocates nothing in a steady flow, never waits.</summary>
    public void Poses(in PoseReport report)
    {
        if (_stopping) { return; }
        var stream = Stream(report.Frame.Stream);
        var wake = stream.CountChanged(report.People.Count);
        if (wake)
        {
            lock (_gate) { stream.SetPeople(report.People.Count); }
            _sparkplug?.SetPeople(report.Frame.Stream, report.People.Count);
        }
        if (stream.TryWrite(report, _queue, _broker.IsConnected) || wake) { Signal(); }
    }

    /// <summary>Only the number of people of one frame, for a stream whose poses stay on the machine.</summary>
    public void People(string id, int count)
    {
        if (_stopping) { return; }
        var stream = Stream(id);
        if (!stream.CountChanged(count)) { return; }
        lock (_gate) { stream.SetPeople(count); }
        Signal();
    }

    private StreamOutput Stream(string id)
    {
        if (_streams.TryGetValue(id, out var known)) { return known; }
        var stream = new StreamOutput(id, _topics, _options, _time, _clockIsSynced);
        if (!_streams.TryAdd(id, stream))
        {
            stream.Dispose();
            return _streams[id];
        }
        lock (_gate) { _retained.AddRange([stream.Availability, stream.State, stream.People]); }
        return stream;
    }

    private void RenderStatus(bool urgent)
    {
        if (_lastStatus is not { } status) { return; }
        _statusRendered = _time.GetTimestamp();
        var document = Payloads.Status(status, Stats, _options.Spool?.Stats(), _time.GetElapsedTime(_started));
        _status.Set(JsonSerializer.SerializeToUtf8Bytes(document, PayloadsContext.Default.StatusDocument), urgent);
    }

    private void Tick()
    {
        long dropped = 0;
        lock (_gate)
        {
            if (_time.GetElapsedTime(_statusRendered) >= _options.StatusInterval) { RenderStatus(urgent: false); }
            foreach (var topic in _refusedBusy) { topic.Resend(); }
            _refusedBusy.Clear();
            if (_time.GetElapsedTime(_dropsReportedAt) >= DropReportInterval)
            {
                (dropped, _dropsReported, _dropsReportedAt) = (_queue.Dropped - _dropsReported, _queue.Dropped, _time.GetTimestamp());
            }
        }
        if (dropped > 0) { Log.QueueFull(_logger, dropped, (int)DropReportInterval.TotalSeconds); }
        Signal();
    }

    private void OnStatusChanged(BrokerStatus status)
    {
        var shown = status with { Reason = _redact(status.Reason) };
        if (status.IsConnected)
        {
            Interlocked.Increment(ref _connections);
            lock (_gate)
            {
                foreach (var topic in _retained) { topic.Resend(); }
            }
            Subscribe();
        }
        else if (shown.Reason.Length > 0) { _lastError = shown.Reason; }
        _broker = shown;
        if (status.IsConnected) { _events?.Signal(); }
        else { _events?.ConnectionLost(); }
        if (shown.Reason.Length == 0) { Log.BrokerWell(_logger, shown.State); }
        else { Log.BrokerIll(_logger, shown.State, shown.Reason); }
        Signal();
    }

    private void Signal() => _work.Writer.TryWrite(true);

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);
}
