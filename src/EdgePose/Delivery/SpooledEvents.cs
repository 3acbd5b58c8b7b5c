using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Spool;
using EdgePose.Delivery.Spool.Format;
using EdgePose.Domain;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery;

/// <summary>
/// Carries events from the spool to a sink, at least once. Of each stream one event is on its way at a time, so that one that has to be sent
/// again still comes before the later ones. A record leaves the spool only when the sink has taken it. What the other side cannot take for now
/// waits, longer and longer; an event that it refuses three times goes to the dead letters and does not hold up the rest, and the gap that
/// names it is offered until it is taken. Whatever got lost on the way is sent again, with the same id.
/// </summary>
internal sealed partial class SpooledEvents : IEventFeed
{
    /// <summary>From this age on an event counts as published late.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30), LongestDeferral = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestGapPause = TimeSpan.FromMinutes(1), LogInterval = TimeSpan.FromSeconds(1), Poll = TimeSpan.FromMilliseconds(10);

    /// <summary>A refusal may be a broker that is starting or an access list that is being mended.</summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(1);
    private const int MaxTries = 3;
    private const int MostAtOnce = 32;

    /// <summary>Records that a limit of the spool takes while they wait for their next try leave an entry behind.</summary>
    private const int MostTries = 1024;

    private readonly SpoolReader _spool;
    private readonly SinkSender _sender;
    private readonly EventOrigin _origin;
    private readonly Supervision _supervision;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<long, Tries> _tries = new();

    // Streams of which an event is on its way or waits for its next try.
    private readonly ConcurrentDictionary<string, byte> _busy = new();
    private readonly ConcurrentDictionary<string, int> _refusedGaps = new();
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
        _loop = new SupervisedLoop("reading the spool", RunAsync, supervision, time, isVital: true);
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
        var records = _spool.Take(Math.Min(MostAtOnce, _sender.Window), _busy);
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
        var isBusy = true;
        try
        {
            var result = await SendAsync(record).ConfigureAwait(false);
            if (result is { IsSuccess: true, Settled: { } settled })
            {
                // The broker has it, so the next of the stream comes after it, whatever becomes of the connection.
                Free(record.Stream);
                isBusy = false;
                if (!await settled.ConfigureAwait(false)) { result = new SendResult(SendOutcome.Lost, "the connection ended soon after the answer"); }
            }
            var pause = Settle(record, result);
            if (pause > TimeSpan.Zero) { await PauseAsync(pause).ConfigureAwait(false); }
        }
        catch (Exception e)
        {
            _supervision.Note("an event", e);
            _spool.Return(record.Sequence);
            await PauseAsync(RefusedPause).ConfigureAwait(false);
        }
        finally
        {
            if (isBusy) { Free(record.Stream); }
            Interlocked.Decrement(ref _inFlight);
            Signal();
        }
    }

    private void Free(string stream)
    {
        _busy.TryRemove(stream, out _);
        Signal();
    }

    /// <summary>Ends a record or gives it back, and returns how long its stream has to wait.</summary>
    private TimeSpan Settle(SpoolRecord record, SendResult result)
    {
        switch (result.Outcome)
        {
            case SendOutcome.Accepted:
                Taken(record);
                return TimeSpan.Zero;
            case SendOutcome.Refused or SendOutcome.Invalid when record.Gap is not null:
                Postpone(record, result);
                return TimeSpan.Zero;
            case SendOutcome.Refused or SendOutcome.Invalid when Refusals(record.Sequence) >= MaxTries:
                _tries.TryRemove(record.Sequence, out _);
                Interlocked.Increment(ref _deadLetters);
                _spool.Reject(record, result.Reason);
                return TimeSpan.Zero;
            case SendOutcome.NotReady or SendOutcome.Lost:
                _spool.Return(record.Sequence);
                return TimeSpan.Zero;
            case SendOutcome.Refused or SendOutcome.Invalid or SendOutcome.Busy:
                GiveBack(record, result);
                return RefusedPause;
            case SendOutcome.Deferred:
                GiveBack(record, result);
                return Widening(record.Sequence, LongestDeferral);
            case SendOutcome.Failed or SendOutcome.NoAnswer:
                GiveBack(record, result);
                return Widening(record.Sequence, LongestPause);
            default: throw new ArgumentOutOfRangeException(nameof(result), result.Outcome, "no such outcome");
        }
    }

    private void Taken(SpoolRecord record)
    {
        _tries.TryRemove(record.Sequence, out _);
        if (record.Kind == RecordKind.Gap) { _refusedGaps.TryRemove(record.Stream, out _); }
        Interlocked.Increment(ref _delivered);
        _spool.Ack(record.Sequence);
    }

    private void GiveBack(SpoolRecord record, SendResult result)
    {
        Say(record.Sequence, result);
        _spool.Return(record.Sequence);
    }

    /// <summary>Numbers that are missing must be named at last: their announcement waits for better times, and the stream does not wait for it.</summary>
    private void Postpone(SpoolRecord gap, SendResult result)
    {
        Say(gap.Sequence, result);
        var refused = _refusedGaps.AddOrUpdate(gap.Stream, 1, static (_, n) => Math.Min(n + 1, 10));
        if (_spool.Postpone(gap)) { _ = RecallAsync(gap.Stream, Doubled(refused, LongestGapPause)); }
    }

    private async Task RecallAsync(string stream, TimeSpan pause)
    {
        await PauseAsync(pause).ConfigureAwait(false);
        _spool.Recall(stream);
        Signal();
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

    private int Refusals(long sequence) => Count(sequence, new Tries(1, 0)).Refused;

    /// <summary>A sink that hangs, throws or cannot is left alone for longer and longer.</summary>
    private TimeSpan Widening(long sequence, TimeSpan longest) => Doubled(Count(sequence, new Tries(0, 1)).Faults, longest);

    private static TimeSpan Doubled(int times, TimeSpan longest)
    {
        var wide = RefusedPause * (1 << Math.Min(times - 1, 10));
        return wide < longest ? wide : longest;
    }

    private Tries Count(long sequence, Tries more)
    {
        if (_tries.Count > MostTries) { _tries.Clear(); }
        return _tries.AddOrUpdate(sequence, static (_, add) => add, static (_, t, add) => new Tries(t.Refused + add.Refused, t.Faults + add.Faults), more);
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
