using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt.Events;

/// <summary>
/// Carries events from the spool to the broker. A record leaves the spool only when every message of it has been acknowledged with
/// success and the connection has lasted a moment longer (<see cref="Settling"/>); one that the broker refuses three times goes to the dead
/// letters and does not hold up the rest; one whose connection ended is sent again on the next, with the same id.
/// </summary>
internal sealed partial class EventPump : IAsyncDisposable
{
    /// <summary>From this age on an event counts as published late.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    /// <summary>A refusal may be a broker that is starting or an access list that is being mended.</summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(1);
    private const int MaxTries = 3;
    private const int MostAtOnce = 32;

    /// <summary>Places freed at a time when a backlog needs them.</summary>
    private const int Freed = 24;

    /// <summary>Whose position in the spool it is.</summary>
    private const string Reader = "mqtt";

    private readonly SpoolReader _spool;
    private readonly IMqttTransport _transport;
    private readonly EventMessages _render;
    private readonly string _node;
    private readonly TimeSpan _retention;
    private readonly uint _boot;
    private readonly Func<bool> _isConnected;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<long, int> _tries = new();
    private readonly Channel<bool> _work = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Settling _settling;
    private ITimer? _timer;
    private Task _pump = Task.CompletedTask;
    private long _published, _deadLetters, _unclearLogged = long.MinValue;
    private int _inFlight, _connection;

    /// <param name="spool">Where the events wait; not owned.</param>
    /// <param name="transport">Where they go; not owned.</param>
    /// <param name="render">Their messages; here only for gaps, which the spool makes.</param>
    /// <param name="node">Id of this node.</param>
    /// <param name="retention">How long the spool keeps an event: what is left of it is the Message Expiry.</param>
    /// <param name="isConnected">Whether the publisher has a connection.</param>
    /// <param name="time">Ages.</param>
    /// <param name="logger">Dead letters and defects.</param>
    public EventPump(
        DurableSpool spool, IMqttTransport transport, EventMessages render, string node, TimeSpan retention, Func<bool> isConnected,
        TimeProvider time, ILogger logger)
    {
        (_spool, _transport, _render, _node, _retention, _isConnected, _time, _logger) =
            (spool.Reader(Reader), transport, render, node, retention, isConnected, time, logger);
        _boot = spool.Stats().Boot;
        _settling = new Settling(time);
    }

    /// <summary>Events that the broker has acknowledged.</summary>
    public long Published => Interlocked.Read(ref _published);

    /// <summary>Events that the broker refused for good.</summary>
    public long DeadLetters => Interlocked.Read(ref _deadLetters);

    public void Start()
    {
        _spool.Available += Signal;
        _timer = _time.CreateTimer(static self => ((EventPump)self!).Settle(), this, Settling.Moment / 4, Settling.Moment / 4);
        _pump = PumpAsync();
    }

    /// <summary>To be called when the connection has ended: what was acknowledged just before is sent again, with the same id.</summary>
    public void ConnectionLost()
    {
        Interlocked.Increment(ref _connection);
        foreach (var sequence in _settling.TakeOldest(int.MaxValue)) { _spool.Return(sequence); }
    }

    private void Settle()
    {
        if (!_isConnected()) { return; }
        foreach (var sequence in _settling.TakeRipe()) { _spool.Ack(sequence); }
    }

    /// <summary>To be called when there is a connection again.</summary>
    public void Signal() => _work.Writer.TryWrite(true);

    private async Task PumpAsync()
    {
        try
        {
            Signal();
            while (await _work.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                _work.Reader.TryRead(out _);
                while (!_stop.IsCancellationRequested && _isConnected() && SendSome()) { }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The way in which it is told to end; what is out is settled by its own answers.
            return;
        }
    }

    private bool SendSome()
    {
        var records = _spool.Take(MostAtOnce);
        if (records.Count == 0 && _settling.Count > 0 && _spool.Depth > Volatile.Read(ref _inFlight) + _settling.Count)
        {
            foreach (var sequence in _settling.TakeOldest(Freed)) { _spool.Ack(sequence); }
            records = _spool.Take(MostAtOnce);
        }
        foreach (var record in records)
        {
            Interlocked.Increment(ref _inFlight);
            _ = SettleAsync(record);
        }
        return records.Count > 0;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of one record: whatever happens to it, it must go back to the spool, or it would be out for ever.")]
    private async Task SettleAsync(SpoolRecord record)
    {
        try
        {
            var connection = Volatile.Read(ref _connection);
            Settle(record, await SendAsync(record).ConfigureAwait(false), connection);
        }
        catch (Exception e)
        {
            Log.Failed(_logger, record.Sequence, e);
            await PauseAsync().ConfigureAwait(false);
            _spool.Return(record.Sequence);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            Signal();
        }
    }

    /// <summary>The worst answer to the messages of a record. They are handed over before anything is awaited, so that the order of records is the order of sending.</summary>
    private async Task<PublishResult> SendAsync(SpoolRecord record)
    {
        if (MessagesOf(record) is not { } messages) { return new PublishResult(PublishOutcome.Invalid, 0, "the record is not of this version"); }
        var age = _time.GetUtcNow() - record.Created;
        var late = age > Late || record.Boot != _boot;
        var sent = messages.Select(m => _transport.PublishAsync(new MqttMessage(
            m.Topic, late ? LateMark.Set(m.Body) : m.Body, MqttQos.AtLeastOnce, false, Properties(m, late, age)))).ToArray();
        var results = await Task.WhenAll(sent).ConfigureAwait(false);
        var worst = results[0];
        foreach (var result in results)
        {
            // Lost comes first: a record that is sent again anyway is no dead letter.
            if (worst.IsSuccess || result.Outcome is PublishOutcome.ConnectionLost or PublishOutcome.NotConnected or PublishOutcome.Busy)
            {
                worst = result.IsSuccess ? worst : result;
            }
        }
        if (worst.Outcome is PublishOutcome.Refused or PublishOutcome.Invalid or PublishOutcome.Busy) { await PauseAsync().ConfigureAwait(false); }
        return worst;
    }

    private void Settle(SpoolRecord record, PublishResult result, int connection)
    {
        switch (result.Outcome)
        {
            case PublishOutcome.Accepted:
                _tries.TryRemove(record.Sequence, out _);
                // The answer may have been on its way here when the connection ended.
                if (!_isConnected() || connection != Volatile.Read(ref _connection))
                {
                    _spool.Return(record.Sequence);
                    break;
                }
                Interlocked.Increment(ref _published);
                _settling.Add(record.Sequence);
                break;
            case PublishOutcome.Refused or PublishOutcome.Invalid when _tries.AddOrUpdate(record.Sequence, 1, (_, n) => n + 1) >= MaxTries:
                _tries.TryRemove(record.Sequence, out _);
                Interlocked.Increment(ref _deadLetters);
                _spool.Reject(record, result.Reason);
                break;
            default:
                LogUnclear(record.Sequence, result);
                _spool.Return(record.Sequence);
                break;
        }
    }

    private void LogUnclear(long sequence, PublishResult result)
    {
        if (result.Outcome is PublishOutcome.NotConnected or PublishOutcome.ConnectionLost) { return; }
        var (now, last) = (_time.GetTimestamp(), Interlocked.Read(ref _unclearLogged));
        if (last != long.MinValue && _time.GetElapsedTime(last, now) < RefusedPause) { return; }
        Interlocked.Exchange(ref _unclearLogged, now);
        Log.NotTaken(_logger, sequence, result.Reason);
    }

    private async Task PauseAsync()
    {
        try { await Task.Delay(RefusedPause, _time, _stop.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { return; }
    }

    private IReadOnlyList<EventMessage>? MessagesOf(SpoolRecord record)
    {
        if (record.Kind == RecordKind.Gap) { return record.Gap is { } gap ? _render.Render(GapEvents.From(gap, record), Stamp(record)) : null; }
        return EventRecord.TryRead(record.Payload, out var messages) ? messages : null;
    }

    private EventStamp Stamp(SpoolRecord record) => new(_node, EventStamp.BootText(record.Boot), record.Sequence, true, null);

    private MqttProperties Properties(EventMessage message, bool late, TimeSpan age) => new()
    {
        ContentType = message.ContentType, Utf8 = true, User = [.. message.User, new("replayed", late ? "true" : "false")],
        Expiry = TimeSpan.FromSeconds(Math.Max(1, (_retention - (age > TimeSpan.Zero ? age : TimeSpan.Zero)).TotalSeconds)),
    };

    /// <summary>Waits until what is out has been answered, or <paramref name="stop"/> is set; what is not answered stays in the spool.</summary>
    public async Task DrainAsync(CancellationToken stop)
    {
        while (_isConnected())
        {
            // A connection that we end ourselves has lasted.
            foreach (var sequence in _settling.TakeOldest(int.MaxValue)) { _spool.Ack(sequence); }
            if (Volatile.Read(ref _inFlight) == 0 && _spool.Depth == 0) { return; }
            await Task.Delay(TimeSpan.FromMilliseconds(10), stop).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is { } timer) { await timer.DisposeAsync().ConfigureAwait(false); }
        _spool.Available -= Signal;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
        _stop.Dispose();
    }
}
