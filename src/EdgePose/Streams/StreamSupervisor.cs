using System.Globalization;
using EdgePose.Domain;
using Microsoft.Extensions.Logging;

namespace EdgePose.Streams;

/// <summary>
/// Keeps one source alive: probe, run, watch, end, wait, again. Owns all retries of the stream. Nothing that a source does leaves
/// <see cref="RunAsync"/> as an exception.
/// </summary>
internal sealed partial class StreamSupervisor
{
    private const int ReasonLength = 2000;
    private static readonly TimeSpan LongestHole = TimeSpan.FromHours(1);

    private readonly SourceSettings _source;
    private readonly FrameSlot _slot;
    private readonly Action<StreamStatus> _onStatus;
    private readonly Func<string, string> _redact;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _poolCapacity;
    private readonly SourceProbe _probe;
    private readonly RetryPolicy _retry;
    private readonly HardwareChoice _hardware;
    private readonly FrameStamper _stamper;
    private FfmpegTools _tools;
    private FramePool? _pool;
    private StreamStatus _status;
    private int _attempts;

    /// <param name="source">What to read and how.</param>
    /// <param name="slot">Takes the frames; made with <see cref="FullPolicy.Wait"/> when <see cref="SourceSettings.Lossless"/>.</param>
    /// <param name="onStatus">Called on each change of the status, never concurrently; must not block.</param>
    /// <param name="redact">Removes known secrets from a text.</param>
    /// <param name="time">Clock of stamps, limits and pauses.</param>
    /// <param name="logger">Gets changes of state and ffmpeg's warnings, at most one of those per second.</param>
    /// <param name="tools">The ffmpeg to use; null = the one in PATH.</param>
    /// <param name="random">Jitter of the pauses; null = unseeded.</param>
    /// <param name="poolCapacity">Frames of this stream that may exist: one is read, one waits, the others are with the consumer.</param>
    /// <param name="device">Names of USB cameras; null = those of this machine.</param>
    public StreamSupervisor(
        SourceSettings source, FrameSlot slot, Action<StreamStatus> onStatus, Func<string, string> redact, TimeProvider time, ILogger logger,
        FfmpegTools? tools = null, Random? random = null, int poolCapacity = 4, V4l2Device? device = null)
    {
        (_source, _slot, _onStatus, _redact, _time, _logger) = (source, slot, onStatus, redact, time, logger);
        (_tools, _poolCapacity) = (tools ?? new FfmpegTools(), poolCapacity);
        _device = device ?? new V4l2Device();
        _probe = new SourceProbe(_tools, redact, time, () => Report(_status!.State, Waiting));
        _retry = new RetryPolicy(time, random ?? new Random());
        _hardware = new HardwareChoice(source.Hardware, File.Exists);
        _stamper = new FrameStamper(source.Stream, time);
        _status = new StreamStatus(StreamState.Starting, time.GetUtcNow(), "", 0, 0, 0, 0, "", "");
    }

    public SourceCounters Counters { get; } = new();

    /// <summary>The status as last reported.</summary>
    public StreamStatus Status => Volatile.Read(ref _status);

    /// <summary>What the last successful probe found; null before.</summary>
    public StreamFormat? Format { get; private set; }

    /// <summary>Frames that are out of the pool; 0 after shutdown when nobody leaks.</summary>
    public int FramesOutstanding => _pool?.Outstanding ?? 0;

    /// <summary>Number of the next frame; rises over all connections.</summary>
    public long NextSequence => _stamper.NextSequence;

    /// <summary>Continues the numbers of an earlier supervisor of the same stream. Only before <see cref="RunAsync"/>.</summary>
    /// <param name="epoch">Last epoch used; 0 = none.</param>
    /// <param name="sequence">Number of the next frame.</param>
    public void ContinueAfter(int epoch, long sequence)
    {
        _status = _status with { Epoch = epoch };
        _stamper.NextSequence = sequence;
    }

    /// <summary>
    /// Runs until <paramref name="stop"/> is set (then it throws <see cref="OperationCanceledException"/>; ffmpeg is gone by then) or a
    /// recording that is not looped has been read to its end (then it returns).
    /// </summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _onStatus(_status);
        LogStarting(_source.Stream, _source.Describe());
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var began = _time.GetTimestamp();
            var end = await AttemptAsync(stop).ConfigureAwait(false);
            if (end.State == StreamState.Disabled)
            {
                Report(StreamState.Disabled, end.Reason);
                return;
            }
            if (end.HardwareRefused || IsProgress(end)) { continue; }
            Counters.CountRestart(end.State);
            var silence = end.Online > TimeSpan.Zero ? TimeSpan.Zero : _time.GetElapsedTime(began);
            var retry = _retry.Next(end.State, end.Online, silence, end.Died);
            if (retry.CrashLoop) { Report(StreamState.Failed, WithTail(end), end.Tail); }
            else { Report(end.State, end.Reason); }
            LogRetry(_source.Stream, retry.Delay.TotalSeconds, end.Reason);
            await Task.Delay(retry.Delay, _time, stop).ConfigureAwait(false);
        }
    }

    /// <summary>One attempt. The only place where an exception that nobody foresaw is caught: it must not end the other streams.</summary>
    private async Task<ConnectionEnd> AttemptAsync(CancellationToken stop)
    {
        _attempts++;
        LogConnects(_source.Stream, _attempts);
        try
        {
            return await ConnectAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            LogBug(e, _source.Stream);
            return Ended(StreamState.Failed, $"internal error: {SourceUrl.Mask(_redact(e.Message))}");
        }
    }

    private void Report(StreamState state, string reason, IReadOnlyList<string>? messages = null) =>
        Report(_status with { State = state, Reason = reason, Messages = messages ?? [] });

    private void Report(StreamStatus next)
    {
        var last = _status;
        next = next with
        {
            Reconnects = Math.Max(0, _attempts - 1),
            SinceUtc = next.State == last.State ? last.SinceUtc : _time.GetUtcNow(),
            Messages = next.State == StreamState.Failed ? next.Messages : [],
        };
        if (next == last) { return; }
        Volatile.Write(ref _status, next);
        Log(next, last);
        _onStatus(next);
    }

    private void Log(StreamStatus next, StreamStatus last)
    {
        if (next.State == StreamState.Online && (last.State != StreamState.Online || last.Epoch != next.Epoch))
        {
            LogOnline(_source.Stream, next.Width, next.Height, next.Decoder, Format?.FramesPerSecond ?? 0, next.Epoch, next.Reason);
        }
        else if (next.State == StreamState.Disabled) { LogEnded(_source.Stream, next.Reason); }
        else if (next.State == StreamState.Online && next.TimeSource != last.TimeSource) { LogTimeSource(_source.Stream, next.TimeSource); }
        else if (next.State != last.State || next.Reason != last.Reason)
        {
            LogState(_source.Stream, next.State, next.Reason);
        }
    }

    /// <summary>True when a recording goes on at once; one that does not get on is an error like others.</summary>
    private static bool IsProgress(ConnectionEnd end) => end.GoesOn is not null && end.Online > TimeSpan.Zero;

    /// <summary>Frames per second that arrive; 0 when unknown.</summary>
    private double FrameRate(StreamFormat format) =>
        _source.Fps > 0 && (format.FramesPerSecond <= 0 || format.FramesPerSecond > _source.Fps) ? _source.Fps : format.FramesPerSecond;

    /// <summary>
    /// Slow sources get three frame intervals, and a recording may have a hole, of which no news comes before its end. One that is played in a loop
    /// stands in for a camera.
    /// </summary>
    internal static TimeSpan StallLimit(SourceSettings source, double rate)
    {
        if (source is { Kind: SourceKind.File, Loop: false }) { return LongestHole; }
        var slow = rate > 0 ? TimeSpan.FromSeconds(3 / rate) : TimeSpan.Zero;
        return slow > source.StallAfter ? slow : source.StallAfter;
    }

    private static ConnectionEnd Ended(StreamState state, string reason, IReadOnlyList<string>? tail = null) => new(state, reason, TimeSpan.Zero, false, tail ?? []);

    private static string WithTail(ConnectionEnd end)
    {
        if (end.Tail.Count == 0) { return end.Reason; }
        var text = string.Create(CultureInfo.InvariantCulture, $"{end.Reason}; last messages: {string.Join(" | ", end.Tail)}");
        return text.Length <= ReasonLength ? text : text[..ReasonLength];
    }
}
