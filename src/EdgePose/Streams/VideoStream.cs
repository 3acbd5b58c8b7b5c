using EdgePose.Domain;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Streams;

/// <summary>
/// One stream of pictures: its source kept alive, the slot in which its frames wait, the figures of both, and the numbers that go on over a
/// reload.
/// </summary>
internal sealed class VideoStream : IDisposable
{
    private readonly StreamSupervisor _supervisor;
    private readonly StreamHistory _history;
    private readonly TimeProvider _time;
    private readonly RateMeter _received, _processed, _dropped;

    /// <param name="source">What to read and how.</param>
    /// <param name="history">The numbers used so far.</param>
    /// <param name="wake">Called when a frame was put into the slot; must not block.</param>
    /// <param name="onStatus">Called on each change of the status, never concurrently; must not block.</param>
    /// <param name="redact">Removes known secrets from a text.</param>
    /// <param name="time">Clock of stamps, limits and rates.</param>
    /// <param name="logger">Gets changes of state and ffmpeg's warnings.</param>
    /// <param name="gate">Shared with the other streams.</param>
    public VideoStream(
        SourceSettings source, StreamHistory history, Action wake, Action<StreamStatus> onStatus, Func<string, string> redact, TimeProvider time,
        ILogger<StreamSupervisor> logger, ConnectGate gate)
    {
        _history = history;
        Slot = new FrameSlot(source.Lossless ? FullPolicy.Wait : FullPolicy.NewestWins, wake);
        Supervision = new Supervision($"stream={source.Stream}", time, logger);
        _time = time;
        // Whoever is told of a change must not be able to end the stream.
        _supervisor = new StreamSupervisor(source, Slot, s => Supervision.Guard("a change of its state", () => onStatus(s)), redact, time, logger) { Gate = gate };
        _received = new RateMeter(() => Slot.Received, time);
        _processed = new RateMeter(() => Slot.Account.Processed, time);
        _dropped = new RateMeter(() => Slot.Dropped, time);
    }

    /// <summary>The loop that keeps the source alive.</summary>
    public Supervision Supervision { get; }

    public FrameSlot Slot { get; }
    public StreamStatus Status => _supervisor.Status;

    /// <summary>What the source gave, and how often it had to be opened again.</summary>
    public SourceCounters Counters => _supervisor.Counters;

    /// <summary>Frames per second that the source announces; 0 when unknown.</summary>
    public double AnnouncedFps => _supervisor.Format?.FramesPerSecond ?? 0;

    /// <summary>How far the camera's clock is behind; null when it is not known.</summary>
    public TimeSpan? CameraLag => _supervisor.Sender?.Lag;

    /// <summary>Rates over about the last five seconds.</summary>
    public double ReceivedPerSecond() => _received.PerSecond();

    /// <inheritdoc cref="ReceivedPerSecond"/>
    public double ProcessedPerSecond() => _processed.PerSecond();

    /// <inheritdoc cref="ReceivedPerSecond"/>
    public double DroppedPerSecond() => _dropped.PerSecond();

    /// <summary>Reads the source until it ends or <paramref name="stop"/> is set; a stop is not an error.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _supervisor.ContinueAfter(_history.Epoch, _history.Sequence);
        using var loop = new SupervisedLoop("reading it", _supervisor.RunAsync, Supervision, _time);
        await using var stopping = stop.Register(loop.Cancel).ConfigureAwait(false);
        loop.Start();
        // The loop ends when ffmpeg is gone, in either way.
        await loop.Completion.ConfigureAwait(false);
        (_history.Epoch, _history.Sequence) = (Status.Epoch, _supervisor.NextSequence);
    }

    public void Dispose() => Slot.Dispose();
}
