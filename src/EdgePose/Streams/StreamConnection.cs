using System.Globalization;
using EdgePose.Domain;
using EdgePose.Loops;

namespace EdgePose.Streams;

/// <summary>How one connection ended.</summary>
/// <param name="State">What this means for the stream; <see cref="StreamState.Disabled"/> for a recording that is over.</param>
/// <param name="Reason">For the operator, redacted.</param>
/// <param name="Online">How long frames came; zero when none came.</param>
/// <param name="HardwareRefused">The hardware decoder does not work here: try again without it, at once.</param>
/// <param name="Tail">ffmpeg's last warnings and errors, redacted.</param>
internal readonly record struct ConnectionEnd(StreamState State, string Reason, TimeSpan Online, bool HardwareRefused, IReadOnlyList<string> Tail)
{
    /// <summary>ffmpeg was killed; not by us.</summary>
    public bool Died { get; init; }

    /// <summary>The decoder no longer understood the source.</summary>
    public bool Garbled { get; init; }

    /// <summary>The recording goes on here, at once: its pictures change their shape. Null otherwise.</summary>
    public RecordingPosition? GoesOn { get; init; }
}

/// <summary>One run of ffmpeg from its start to its end. It only runs and fails; <see cref="StreamSupervisor"/> decides what follows.</summary>
/// <param name="source">The source.</param>
/// <param name="reader">Reads its frames.</param>
/// <param name="stallLimit">Frame age after which the process is ended.</param>
/// <param name="counters">Counts what ffmpeg complains of.</param>
/// <param name="time">Clock of all limits.</param>
internal sealed class StreamConnection(SourceSettings source, FrameReader reader, TimeSpan stallLimit, SourceCounters counters, TimeProvider time)
{
    /// <summary>ffmpeg's exit code after TERM or INT, for example when the terminal sent it to the whole process group.</summary>
    private const int FfmpegToldToStop = 255;

    /// <summary>ffmpeg's exit code when it has read everything, and most pictures were damaged.</summary>
    private const int FfmpegMuchDamaged = 69;

    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WaitingShown = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan DecoderNameWithin = TimeSpan.FromMilliseconds(500);
    private (long Errors, long Lost, long Damaged) _counted;
    private bool _hopeless, _waiting;

    private bool IsRecording => source.Kind == SourceKind.File;

    /// <summary>Called once when the first frame has arrived, with ffmpeg's log.</summary>
    public required Action<FfmpegLog> OnOnline { get; init; }

    /// <summary>A recording that goes on in its middle: what comes before is skipped, however long that takes.</summary>
    public bool Resumed { get; init; }

    /// <summary>Called once when packets arrive and no picture can be decoded yet.</summary>
    public Action OnWaiting { get; init; } = static () => { };

    /// <summary>Called when frames stay away, before the process is ended.</summary>
    public required Action<string> OnStalled { get; init; }

    /// <summary>Called at every look at a source that is online.</summary>
    public Action<FfmpegLog> OnWatch { get; init; } = static _ => { };

    /// <summary>Ends the connection when decode errors do not stop; off where a new connection has been tried in vain.</summary>
    public bool EndsOnGarbage { get; init; }

    /// <summary>Runs <paramref name="process"/>, which this method ends in any case.</summary>
    public async Task<ConnectionEnd> RunAsync(FfmpegProcess process, HardwareDecoder hardware, CancellationToken stop)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var start = time.GetTimestamp();
        var read = Worker.Run("frames " + source.Stream, () => reader.Run(process.Output, reading.Token));
        string? stalled;
        try
        {
            stalled = await WatchAsync(read, process.Log, stop).ConfigureAwait(false);
            if (stalled is null && !process.Log.SizeChanged && !_hopeless)
            {
                await process.WaitForExitAsync(stop).WaitAsync(FfmpegProcess.TermGrace, time, stop).ConfigureAwait(false);
            }
        }
        catch (TimeoutException)
        {
            stalled = null; // it closed its output and lives on; the reason is in its log
        }
        finally
        {
            await reading.CancelAsync().ConfigureAwait(false);
            await process.StopAsync().ConfigureAwait(false);
            Count(process.Log);
            // The process is gone, so the pipe has ended and the reader returns; the limit is for a process that the kernel holds on to.
            await Task.WhenAny(read, Task.Delay(FfmpegProcess.TermGrace, time, CancellationToken.None)).ConfigureAwait(false);
        }
        stop.ThrowIfCancellationRequested();
        var end = read.IsCompleted ? await read.ConfigureAwait(false) : ReadEnd.Stopped;
        var online = reader.Frames > 0 ? Max(time.GetElapsedTime(start) - reader.FrameAge, TimeSpan.FromTicks(1)) : TimeSpan.Zero;
        return Judge(process, hardware, end, stalled, online);
    }

    private ConnectionEnd Judge(FfmpegProcess process, HardwareDecoder hardware, ReadEnd end, string? stalled, TimeSpan online)
    {
        var tail = process.Log.Tail();
        ConnectionEnd Ended(StreamState state, string reason, bool refused = false) => new(state, reason, online, refused, tail);

        if (online == TimeSpan.Zero && hardware != HardwareDecoder.None && process.Log.HardwareProblem is { } problem)
        {
            return Ended(StreamState.Starting, problem, refused: true);
        }
        if (stalled is not null) { return Ended(StreamState.Stalled, stalled); }
        if (_hopeless)
        {
            return Ended(StreamState.Reconnecting, $"more than {DecodeHealth.TolerablePerSecond} decode errors a second for 2 s; the source may have changed its codec") with { Garbled = true };
        }
        if (end == ReadEnd.Changed && process.Log.Change is { } change)
        {
            return Ended(StreamState.Reconnecting, "the pictures change their size") with { GoesOn = new RecordingPosition(change.Seconds + reader.Offset, change.Shape) };
        }
        if (process.Log.SizeChanged && !IsRecording) { return Ended(StreamState.Reconnecting, "the source changed its picture size"); }
        var code = process.Exited.IsCompleted ? process.ExitCode : -1;
        if (IsRecording && code is 0 or FfmpegMuchDamaged && end == ReadEnd.Complete && (online > TimeSpan.Zero || Resumed))
        {
            return source.EndsByItself ? Ended(StreamState.Disabled, "end of file")
                : Ended(StreamState.Reconnecting, "end of file") with { GoesOn = Resumed ? new RecordingPosition(0, null) : null };
        }
        if (code == FfmpegToldToStop) { return Ended(StreamState.Reconnecting, "ffmpeg was told to stop"); }
        if (code > 128) { return Ended(StreamState.Reconnecting, $"ffmpeg was killed by signal {code - 128}") with { Died = true }; }
        if (online > TimeSpan.Zero)
        {
            // Whatever it printed while frames came is not why it ended: a closed connection ends ffmpeg silently with code 0.
            return Ended(StreamState.Reconnecting, code == 0 ? "the source ended the stream" : $"ffmpeg ended with code {code}{(tail.Length > 0 ? ": " + tail[^1] : "")}");
        }
        var (state, reason) = FailureReason.Of(tail, source.Kind, $"ffmpeg ended with code {code} before the first frame");
        return Ended(state, reason);
    }

    /// <summary>Waits for the end of the frames; returns the reason when they stay away.</summary>
    private async Task<string?> WatchAsync(Task<ReadEnd> read, FfmpegLog log, CancellationToken stop)
    {
        var online = false;
        // A recording is read up to the change: ffmpeg is ahead of the reader.
        while (!read.IsCompleted && !(log.SizeChanged && !IsRecording) && !_hopeless)
        {
            if (!online && reader.FirstFrame.IsCompleted)
            {
                online = true;
                await ReportOnlineAsync(log, stop).ConfigureAwait(false);
            }
            Count(log);
            if (online) { OnWatch(log); }
            _hopeless = EndsOnGarbage && log.Health.IsHopeless;
            if (!online) { NoteWaiting(log); }
            var limit = online ? stallLimit : FirstFrameWithin(log);
            if (reader.FrameAge > limit)
            {
                var reason = WhyStalled(online, limit);
                OnStalled(reason);
                return reason;
            }
            await Task.WhenAny(read, online ? read : reader.FirstFrame, Task.Delay(WatchInterval, time, stop)).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
        }
        if (!online && reader.Frames > 0) { await ReportOnlineAsync(log, stop).ConfigureAwait(false); }
        return null;
    }

    /// <summary>Packets that arrive are life: the first picture may be as far away as the camera's next key picture.</summary>
    private TimeSpan FirstFrameWithin(FfmpegLog log) => IsRecording && Resumed ? Max(stallLimit, source.FirstFrameWithin)
        : log.PacketAge is { } age && age < source.FirstFrameWithin ? Max(source.KeyPictureWithin, source.FirstFrameWithin) : source.FirstFrameWithin;

    private void NoteWaiting(FfmpegLog log)
    {
        if (_waiting || IsRecording || log.PacketAge is null || reader.FrameAge < WaitingShown) { return; }
        _waiting = true;
        OnWaiting();
    }

    private string WhyStalled(bool online, TimeSpan limit)
    {
        var seconds = limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        return online ? $"no frame for {seconds} s"
            : !_waiting ? $"no first frame within {seconds} s"
            : limit > source.FirstFrameWithin ? $"video arrives, but no key picture within {seconds} s; set the camera's I-frame interval to 1-2 s, or key_picture_within higher"
            : $"video arrived without a key picture, and stopped for {seconds} s";
    }

    private async Task ReportOnlineAsync(FfmpegLog log, CancellationToken stop)
    {
        await Task.WhenAny(log.DecoderKnown, Task.Delay(DecoderNameWithin, time, stop)).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        OnOnline(log);
    }

    private void Count(FfmpegLog log)
    {
        var now = (log.DecodeErrors, log.LostPackets, log.DamagedPictures);
        counters.Add(now.DecodeErrors - _counted.Errors, now.LostPackets - _counted.Lost, now.DamagedPictures - _counted.Damaged);
        _counted = now;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
