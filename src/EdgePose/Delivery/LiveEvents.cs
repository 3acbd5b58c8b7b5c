using System.Threading.Channels;
using EdgePose.Loops;

namespace EdgePose.Delivery;

/// <summary>
/// Events for a sink that gets them as they happen: a bounded queue (full policy: the oldest goes and is counted), and no second try.
/// </summary>
internal sealed class LiveEvents : IEventFeed
{
    public const int Capacity = 256;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    private readonly SinkSender _sender;
    private readonly SinkTally _tally;
    private readonly Channel<StampedEvent> _queue;
    private readonly SemaphoreSlim _window;
    private readonly SupervisedLoop _loop;
    private long _delivered, _givenUp;
    private int _inFlight;

    public LiveEvents(SinkSender sender, SinkTally tally, Supervision supervision, TimeProvider time)
    {
        (_sender, _tally) = (sender, tally);
        _queue = Channel.CreateBounded<StampedEvent>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Interlocked.Increment(ref _givenUp));
        _window = new SemaphoreSlim(sender.Window, sender.Window);
        _loop = new SupervisedLoop("sending events", RunAsync, supervision, time);
    }

    public int Waiting => _queue.Reader.Count;
    public long Delivered => Interlocked.Read(ref _delivered);
    public long GivenUp => Interlocked.Read(ref _givenUp);

    public void Start() => _loop.Start();

    public void Signal()
    {
        // The loop waits for events alone: those that came without a connection are gone.
    }

    public void Offer(StampedEvent e) => _queue.Writer.TryWrite(e);

    private async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            await _window.WaitAsync(stop).ConfigureAwait(false);
            StampedEvent? next = null;
            try { next = await _queue.Reader.ReadAsync(stop).ConfigureAwait(false); }
            finally
            {
                if (next is null) { _window.Release(); }
            }
            Interlocked.Increment(ref _inFlight);
            _ = DeliverAsync(next);
        }
    }

    private async Task DeliverAsync(StampedEvent e)
    {
        var result = _sender.IsReady ? await _sender.SendAsync(e).ConfigureAwait(false) : SendResult.NotReady;
        _window.Release();
        if (result.Settled is { } settled && !await settled.ConfigureAwait(false)) { result = SendResult.NotReady; }
        if (result.IsSuccess)
        {
            Interlocked.Increment(ref _delivered);
            _tally.Published();
        }
        else
        {
            Interlocked.Increment(ref _givenUp);
            if (result.Outcome is not (SendOutcome.NotReady or SendOutcome.Lost)) { _sender.NotTaken($"event {e.Id}", result); }
        }
        Interlocked.Decrement(ref _inFlight);
    }

    public async Task DrainAsync(CancellationToken stop)
    {
        while (_sender.IsReady && (_queue.Reader.Count > 0 || Volatile.Read(ref _inFlight) > 0)) { await Task.Delay(Poll, stop).ConfigureAwait(false); }
    }

    public async ValueTask DisposeAsync()
    {
        _loop.Cancel();
        await _loop.Completion.ConfigureAwait(false);
        _loop.Dispose();
    }
}
