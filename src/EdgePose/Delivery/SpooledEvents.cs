using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;
using EdgePose.Domain;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery;

/// <summary>
/// Carries events from the spool to a sink, at least once. A record leaves the spool only when the sink has taken it; one that it refuses
/// three times goes to the dead letters and does not hold up the rest; one that got lost on the way is sent again, with the same id.
/// </summary>
internal sealed partial class SpooledEvents : IEventFeed
{
    /// <summary>From this age on an event counts as published late.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30), LogInterval = TimeSpan.FromSeconds(1), Poll = TimeSpan.FromMilliseconds(10);

    /// <summary>A refusal may be a broker that is starting or an access list that is being mended.</summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(1);
    private const int MaxTries = 3;
    private const int MostAtOnce = 32;

    private readonly SpoolReader _spool;
    private readonly SinkSender _sender;
    private readonly EventOrigin _origin;
    private readonly Supervision _supervision;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<long, Tries> _tries = new();
    private readonly WakeUp _wake = new();
    private readonly CancellationTokenSource _stop = new();

    // Answers may come when the source is gone; a record of theirs must still go back to the spool.
    private readonly CancellationToken _stopped;
    private readonly SupervisedLoop _loop;
    private long _delivered, _deadLetters, _logged = long.MinValue;
    private int _inFlight;

    /// <param name="spool">Where the events wait; not owned.</param>
    /// <param name="sender">The sink.</param>
    /// <param name="origin">This node, and how long the spool keeps an event.</param>
    /// <param name="supervision">Takes what is thrown.</param>
    /// <param name="time">Ages and pauses.</param>
    /// <param name="logger">Events that are not taken.</param>
    public SpooledEvents(SpoolReader spool, SinkSender sender, EventOrigin origin, Supervision supervision, TimeProvider time, ILogger logger)
    {
        (_spool, _sender, _origin, _supervision, _time, _logger) = (spool, sender, origin, supervision, time, logger);
        _stopped = _stop.Token;
        _loop = new SupervisedLoop("reading the spool", RunAsync, supervision, time);
    }

    public int Waiting => Math.Max(0, _spool.Depth - Volatile.Read(ref _inFlight));
    public long Delivered => Interlocked.Read(ref _delivered);
    public long GivenUp => Interlocked.Read(ref _deadLetters);

    public void Start()
    {
        _spool.Available += Signal;
        _loop.Start();
    }

    public void Signal() => _wake.Signal();

    public void Offer(StampedEvent e)
    {
        // It is in the spool already.
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            while (!stop.IsCancellationRequested && _sender.IsReady && SendSome()) { }
            await _wake.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private bool SendSome()
    {
        var records = _spool.Take(Math.Min(MostAtOnce, _sender.Window));
        foreach (var record in records)
        {
            Interlocked.Increment(ref _inFlight);
            _ = DeliverAsync(record);
        }
        return records.Count > 0;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of one record: whatever happens to it, it must go back to the spool, or it would be out for ever.")]
    private async Task DeliverAsync(SpoolRecord record)
    {
        try
        {
            var result = await SendAsync(record).ConfigureAwait(false);
            if (result.Outcome is SendOutcome.Refused or SendOutcome.Invalid or SendOutcome.Busy) { await PauseAsync(RefusedPause).ConfigureAwait(false); }
            if (result.Outcome is SendOutcome.Failed or SendOutcome.NoAnswer) { await PauseAsync(Widening(record.Sequence)).ConfigureAwait(false); }
            Settle(record, result);
        }
        catch (Exception e)
        {
            _supervision.Note("an event", e);
            await PauseAsync(RefusedPause).ConfigureAwait(false);
            _spool.Return(record.Sequence);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            Signal();
        }
    }

    private void Settle(SpoolRecord record, SendResult result)
    {
        switch (result.Outcome)
        {
            case SendOutcome.Accepted:
                _tries.TryRemove(record.Sequence, out _);
                Interlocked.Increment(ref _delivered);
                _spool.Ack(record.Sequence);
                break;
            case SendOutcome.Refused or SendOutcome.Invalid when Refusals(record.Sequence) >= MaxTries:
                _tries.TryRemove(record.Sequence, out _);
                Interlocked.Increment(ref _deadLetters);
                _spool.Reject(record, result.Reason);
                break;
            case SendOutcome.NotReady or SendOutcome.Lost:
                _spool.Return(record.Sequence);
                break;
            default:
                Say(record.Sequence, result);
                _spool.Return(record.Sequence);
                break;
        }
    }

    private Task<SendResult> SendAsync(SpoolRecord record)
    {
        var age = _time.GetUtcNow() - record.Created;
        var isLate = age > Late || record.Boot != _origin.Boot;
        var left = _origin.Retention - (age > TimeSpan.Zero ? age : TimeSpan.Zero);
        if (Read(record) is { } read) { return _sender.SendAsync(new StampedEvent(read.Event, read.Stamp, isLate, left)); }
        return record.Kind != RecordKind.Gap && RenderedRecord.TryRead(record.Payload) is { } messages
            ? _sender.SendAsync(new RenderedEvent(messages, isLate, left))
            : Task.FromResult(new SendResult(SendOutcome.Invalid, "the record is of no version that this program knows"));
    }

    private (PoseEvent Event, EventStamp Stamp)? Read(SpoolRecord record)
    {
        var stamp = new EventStamp(_origin.Node, EventStamp.BootText(record.Boot), record.Sequence, true, null);
        if (record.Kind == RecordKind.Gap) { return record.Gap is { } gap ? (GapEvents.From(gap, record), stamp) : null; }
        return EventRecord.TryRead(record.Payload) is { } read
            ? (read.Event, stamp with { ClockIsSynced = read.ClockIsSynced, Model = read.Model }) : null;
    }

    private void Say(long sequence, SendResult result)
    {
        var (now, last) = (_time.GetTimestamp(), Interlocked.Read(ref _logged));
        if (last != long.MinValue && _time.GetElapsedTime(last, now) < LogInterval) { return; }
        Interlocked.Exchange(ref _logged, now);
        Log.NotTaken(_logger, sequence, result.Reason);
    }

    private int Refusals(long sequence) => _tries.AddOrUpdate(sequence, new Tries(1, 0), static (_, t) => t with { Refused = t.Refused + 1 }).Refused;

    /// <summary>A sink that hangs or throws is left alone for longer and longer.</summary>
    private TimeSpan Widening(long sequence)
    {
        var faults = _tries.AddOrUpdate(sequence, new Tries(0, 1), static (_, t) => t with { Faults = Math.Min(t.Faults + 1, 10) }).Faults;
        return TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, RefusedPause.TotalSeconds * (1 << (faults - 1))));
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try { await Task.Delay(pause, _time, _stopped).ConfigureAwait(false); }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested) { return; }
    }

    public async Task DrainAsync(CancellationToken stop)
    {
        while (_sender.IsReady && (Volatile.Read(ref _inFlight) > 0 || _spool.Depth > 0)) { await Task.Delay(Poll, stop).ConfigureAwait(false); }
    }

    public async ValueTask DisposeAsync()
    {
        _spool.Available -= Signal;
        await _stop.CancelAsync().ConfigureAwait(false);
        _loop.Cancel();
        await _loop.Completion.ConfigureAwait(false);
        _loop.Dispose();
        _stop.Dispose();
    }
}

/// <summary>Why an event had to be sent again: answers that count towards the dead letters, and faults of the sink, which do not.</summary>
internal readonly record struct Tries(int Refused, int Faults);

/// <summary>What the events of this process have in common.</summary>
/// <param name="Node">Id of this node.</param>
/// <param name="Boot">The spool's number of this run.</param>
/// <param name="Retention">How long the spool keeps an event.</param>
internal sealed record EventOrigin(string Node, uint Boot, TimeSpan Retention);
