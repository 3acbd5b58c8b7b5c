using EdgePose.Domain;

namespace EdgePose.Streams;

internal enum ReadEnd
{
    /// <summary>The pipe ended between two frames.</summary>
    Complete,

    /// <summary>The pipe ended inside a frame.</summary>
    Truncated,

    /// <summary>The caller asked to stop.</summary>
    Stopped,

    /// <summary>The pictures of a recording change their shape here.</summary>
    Changed,
}

/// <summary>
/// Copies raw frames from a pipe into pooled frames and hands them to the slot, on its own thread. Allocates nothing per frame. A short
/// read is a dead stream, never a frame.
/// </summary>
internal sealed class FrameReader(FramePool pool, FrameSlot slot, FrameStamper stamper, SourceCounters counters, TimeProvider time, bool lossless)
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[]? _scratch;
    private long _frames;
    private long _progress = time.GetTimestamp();
    private volatile bool _handingOver;

    /// <summary>What ffmpeg says of each frame; null when it was not asked.</summary>
    public FrameNotes? Notes { get; init; }

    /// <summary>Frames with one of these faults are read and counted, but not handed on.</summary>
    public FrameFault Refused { get; init; }

    /// <summary>Frames that come faster than this are read and forgotten.</summary>
    public RateLimit? Limit { get; init; }

    /// <summary>Seconds of the recording that ffmpeg has skipped and does not count.</summary>
    public double Offset { get; init; }

    /// <summary>Holds frames back; null = they come in their time.</summary>
    public MediaPace? Pace { get; init; }

    /// <summary>Reading ends before the first frame of another shape.</summary>
    public bool EndsAtChange { get; init; }

    /// <summary>Presentation time of the last frame in the recording; NaN before the first one, or when there is none.</summary>
    public double LastSeconds { get; private set; } = double.NaN;

    /// <summary>The source's own clock; null when it is not asked for.</summary>
    public SenderClock? Sender { get; init; }

    /// <summary>Completes with the first frame.</summary>
    public Task FirstFrame => _first.Task;
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>Time since the last complete frame, or since the start; zero while the consumer of a lossless stream is waited for.</summary>
    public TimeSpan FrameAge => _handingOver ? TimeSpan.Zero : time.GetElapsedTime(Interlocked.Read(ref _progress));

    /// <summary>Reads until the pipe ends or <paramref name="stop"/> is set, then closes <paramref name="source"/>.</summary>
    public ReadEnd Run(Stream source, CancellationToken stop)
    {
        using (source)
        {
            try
            {
                while (!stop.IsCancellationRequested)
                {
                    if (ReadOne(source, stop) is { } end) { return end; }
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return ReadEnd.Stopped;
            }
            return ReadEnd.Stopped;
        }
    }

    /// <summary>One frame; null when there may be more.</summary>
    private ReadEnd? ReadOne(Stream source, CancellationToken stop)
    {
        _handingOver = lossless;
        var frame = lossless ? pool.Rent(stop) : pool.TryRent();
        _handingOver = false;
        // Without a free buffer the frame is still read, so that the next one is fresh.
        var pixels = frame?.Pixels ?? (_scratch ??= new byte[pool.Width * pool.Height * 3]);
        var read = source.ReadAtLeast(pixels, pixels.Length, throwOnEndOfStream: false);
        if (read < pixels.Length)
        {
            frame?.Dispose();
            if (read > 0) { counters.CountTruncated(); }
            return read > 0 ? ReadEnd.Truncated : ReadEnd.Complete;
        }
        var note = default(FrameNote);
        var noted = Notes is not null && Notes.TryTake(_frames, out note);
        if (!noted) { note = new FrameNote(double.NaN, FrameFault.None); }
        if (EndsAtChange && (note.Fault & FrameFault.OtherSize) != 0 && !double.IsNaN(note.Seconds))
        {
            frame?.Dispose();
            return ReadEnd.Changed;
        }
        Interlocked.Exchange(ref _progress, time.GetTimestamp());
        if (Interlocked.Increment(ref _frames) == 1) { _first.SetResult(); }
        if (Limit is not null && !Limit.TryPass())
        {
            frame?.Dispose();
            return null;
        }
        LastSeconds = note.Seconds + Offset;
        if (Pace is not null)
        {
            _handingOver = true;
            Pace.Wait(LastSeconds, stop);
            _handingOver = false;
        }
        var info = stamper.Next(noted ? Sender?.At(note.Seconds) : null, LastSeconds);
        if (frame is null)
        {
            counters.CountReceived();
            counters.CountDroppedNoBuffer();
            slot.CountLost(info, FrameLoss.NoBuffer);
            return null;
        }
        if ((note.Fault & Refused) != 0)
        {
            frame.Dispose();
            counters.CountReceived();
            counters.CountRefused();
            slot.CountLost(info, FrameLoss.Refused);
            return null;
        }
        frame.Info = info;
        _handingOver = lossless;
        slot.Put(frame, stop);
        counters.CountReceived();
        Interlocked.Exchange(ref _progress, time.GetTimestamp());
        _handingOver = false;
        return null;
    }
}
