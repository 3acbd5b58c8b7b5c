using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery;

/// <summary>
/// What the rest of the daemon talks to when it has something to tell: every sink is told, through a chain of its own. No method that takes
/// news waits for a sink or throws on its account.
/// </summary>
internal sealed class Outbox : IAsyncDisposable
{
    private static readonly Task<AppendOutcome> NotKept = Task.FromResult(AppendOutcome.Volatile);

    private volatile OutboxSettings _options;
    private readonly TimeProvider _time;
    private readonly Func<bool> _clockIsSynced;
    private readonly SinkChain[] _chains;
    private readonly PosesPool _pool;
    private readonly ConcurrentDictionary<string, StreamOutlet> _streams = new();

    // guarded by _gate
    private readonly Lock _gate = new();
    private readonly HashSet<string> _announced = new(StringComparer.Ordinal);
    private StrongBox<long> _lastSeq = new();
    private int _stopped;
    private volatile bool _stopping;

    /// <param name="options">Limits, and the spool.</param>
    /// <param name="sinks">Owned. Each that keeps events reads the spool by its name.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="logger">What is not taken, and faults.</param>
    /// <param name="clockIsSynced">Whether the wall clock can be trusted; asked for every message.</param>
    public Outbox(OutboxSettings options, IReadOnlyList<ISink> sinks, TimeProvider time, ILogger<Outbox> logger, Func<bool> clockIsSynced)
    {
        (_options, _time, _clockIsSynced) = (options, time, clockIsSynced);
        _chains = [.. sinks.Select(s => new SinkChain(s, options, time, logger))];
        // Every queue and every window full, and one in the making.
        _pool = new PosesPool(sinks.Sum(s => options.QueueCapacity + s.Traits.Window) + 1);
        Boot = options.Spool is { } spool ? EventStamp.BootText(spool.Stats().Boot) : options.Boot;
    }

    /// <summary>Names this run in event ids and in <c>info</c>.</summary>
    public string Boot { get; }

    /// <summary>The sinks in the order of the configuration; the first is the one whose connection is shown.</summary>
    public IReadOnlyList<SinkChain> Sinks => _chains;

    /// <summary>Completes when no sink can ever take anything again.</summary>
    public Task Ended => _chains.Length == 0 ? Task.Delay(Timeout.Infinite) : Task.WhenAll(_chains.Select(c => c.Ended));

    /// <summary>Begins to connect; called once.</summary>
    /// <exception cref="UserError">Something that the user must mend.</exception>
    public void Start()
    {
        // From now on a sink that a reload has removed holds up nothing in the spool.
        string[] readers = [.. _chains.Where(c => c.ReadsSpool).Select(c => c.Name)];
        if (readers.Length > 0) { _options.Spool?.SetReaders(readers); }
        foreach (var chain in _chains)
        {
            chain.Set(StateValue.Available(StateKey.Availability, online: true), urgent: true);
            chain.Start();
        }
    }

    /// <summary>Goes on with what <paramref name="former"/> knew, which is about to stop: kept values, names and the numbers of events.</summary>
    public void TakeOver(Outbox former)
    {
        _lastSeq = former._lastSeq;
        foreach (var (id, outlet) in former._streams)
        {
            lock (former._gate) { Stream(id).Zones.UnionWith(outlet.Zones); }
        }
        lock (former._gate) { _announced.UnionWith(former._announced); }
        foreach (var value in former._chains.SelectMany(c => c.Values()).DistinctBy(v => v.Key))
        {
            if (value.IsGone) { Clear(value.Key); }
            else { Set(value, urgent: true); }
        }
    }

    /// <summary>Another rate of pose messages from now on.</summary>
    public void SetRate(double maxRate)
    {
        _options = _options with { MaxRate = maxRate };
        foreach (var stream in _streams.Values) { stream.SetRate(maxRate); }
    }

    public void SetInfo(NodeInfo info)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(Payloads.Info(_options.Node, info), PayloadsContext.Plain.InfoDocument);
        Set(new StateValue(StateKey.Info, json), urgent: true);
    }

    /// <summary>Health of the process: a change of state, reasons or provider goes out at once, figures now and then.</summary>
    public void SetStatus(NodeStatus status)
    {
        foreach (var chain in _chains) { chain.SetStatus(status); }
    }

    /// <summary>
    /// State of a stream: a change of state goes out at once, changed figures now and then, or at once when <paramref name="urgent"/>.
    /// The first call makes the stream known.
    /// </summary>
    public void SetStream(string id, StreamStatus status, in StreamFigures figures, bool urgent = false)
    {
        var value = StateValue.Of(status, figures, id);
        var stream = Stream(id);
        lock (_gate)
        {
            Set(StateValue.Available(StateKey.OfStream(StateKind.StreamAvailability, id), status.State == StreamState.Online), urgent: true);
            Set(value, urgent || stream.LastStatus != status);
            stream.LastStatus = status;
        }
    }

    /// <summary>Clears everything of a stream that the configuration no longer has, also of one that only an earlier process knew.</summary>
    public void RemoveStream(string id)
    {
        _streams.TryRemove(id, out var stream);
        foreach (var kind in (StateKind[])[StateKind.StreamAvailability, StateKind.StreamState, StateKind.People, StateKind.Announcement])
        {
            Clear(StateKey.OfStream(kind, id));
        }
        if (stream is null) { return; }
        lock (_gate)
        {
            foreach (var zone in stream.Zones) { Clear(StateKey.OfZone(id, zone)); }
        }
    }

    /// <summary>Says what can be expected of these streams, and clears what was said of those that are not among them.</summary>
    public void Announce(IReadOnlyList<Announcement> streams)
    {
        lock (_gate)
        {
            foreach (var gone in _announced.Where(id => streams.All(s => s.Stream != id)).ToList())
            {
                _announced.Remove(gone);
                Clear(StateKey.OfStream(StateKind.Announcement, gone));
            }
            foreach (var stream in streams)
            {
                _announced.Add(stream.Stream);
                Set(StateValue.Of(stream), urgent: true);
            }
        }
    }

    /// <summary>Clears the numbers of people of a stream about which nothing is said any more.</summary>
    public void RemoveCounts(string id)
    {
        Clear(StateKey.OfStream(StateKind.People, id));
        if (!_streams.TryGetValue(id, out var stream)) { return; }
        lock (_gate)
        {
            foreach (var zone in stream.Zones) { Clear(StateKey.OfZone(id, zone)); }
        }
    }

    /// <summary>People whose feet are in a zone.</summary>
    public void SetZone(string stream, string zone, int people)
    {
        lock (_gate) { Stream(stream).Zones.Add(zone); }
        Set(StateValue.Of(StateKey.OfZone(stream, zone), people), urgent: true);
    }

    /// <summary>Clears the number of a zone that the configuration no longer has, also of one that only an earlier process knew.</summary>
    public void RemoveZone(string stream, string zone) => Clear(StateKey.OfZone(stream, zone));

    /// <summary>The people of one frame. Runs on the inference thread: copies, allocates nothing in a steady flow, never waits.</summary>
    public void Poses(in PoseReport report)
    {
        if (_stopping) { return; }
        var stream = Stream(report.Frame.Stream);
        Count(stream, report.People.Count);
        stream.Poses(report);
    }

    /// <summary>Only the number of people of one frame, for a stream whose poses stay on the machine.</summary>
    public void People(string id, int count)
    {
        if (!_stopping) { Count(Stream(id), count); }
    }

    /// <summary>Takes an event. Returns at once; from here on it is the spool's. May be called from any thread.</summary>
    /// <param name="e">The event.</param>
    /// <param name="model">The model that saw it; null where none was concerned.</param>
    /// <returns>The spool's ticket; without a spool one without a number that is complete.</returns>
    public AppendTicket Event(PoseEvent e, ModelInfo? model)
    {
        var isSynced = _clockIsSynced();
        if (_options.Spool is not { } spool)
        {
            Offer(e, new EventStamp(_options.Node, Boot, Interlocked.Increment(ref _lastSeq.Value), isSynced, model));
            return new AppendTicket(0, NotKept);
        }
        var ticket = spool.Append(e.Stream, e.Time, new EventRecord(e, model, isSynced).Write());
        if (ticket.Sequence > 0) { Offer(e, new EventStamp(_options.Node, Boot, ticket.Sequence, isSynced, model)); }
        return ticket;
    }

    private void Offer(PoseEvent e, in EventStamp stamp)
    {
        StampedEvent? offered = null;
        foreach (var chain in _chains)
        {
            if (!chain.ReadsSpool) { chain.Events.Offer(offered ??= new StampedEvent(e, stamp, IsLate: false, Left: null)); }
        }
    }

    private void Count(StreamOutlet stream, int people)
    {
        if (stream.CountChanged(people)) { Set(StateValue.Of(StateKey.OfStream(StateKind.People, stream.Id), people), urgent: false); }
    }

    private void Set(StateValue value, bool urgent)
    {
        foreach (var chain in _chains) { chain.Set(value, urgent); }
    }

    private void Clear(StateKey key)
    {
        foreach (var chain in _chains) { chain.Clear(key); }
    }

    private StreamOutlet Stream(string id)
    {
        if (_streams.TryGetValue(id, out var known)) { return known; }
        var stream = new StreamOutlet(id, _chains, _options.MaxRate, _pool, new PosesWriter(_options.Node, _time, _clockIsSynced));
        if (_streams.TryAdd(id, stream)) { return stream; }
        stream.Dispose();
        return _streams[id];
    }

    /// <summary>All sinks take leave at the same time, each within its limits.</summary>
    public async Task StopAsync(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) { return; }
        _stopping = true;
        await Task.WhenAll(_chains.Select(EndAsync)).ConfigureAwait(false);
        foreach (var stream in _streams.Values) { stream.Dispose(); }

        async Task EndAsync(SinkChain chain)
        {
            await chain.StopAsync(stop).ConfigureAwait(false);
            await chain.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);
}
