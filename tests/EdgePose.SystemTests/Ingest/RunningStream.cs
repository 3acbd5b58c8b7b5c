using System.Collections.Concurrent;
using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Peers;
using EdgePose.Streams;
using EdgePose.Streams.Packets;
using Microsoft.Extensions.Logging;

namespace EdgePose.SystemTests.Ingest;

/// <summary>A supervisor with a consumer that takes frames as a stream's inference would, and a record of all that was said.</summary>
internal sealed class RunningStream : ILogger, IAsyncDisposable
{
    private const double Patience = 45;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run, _consume;
    private volatile bool _connecting = true;
    private long _receivedBefore;

    public RunningStream(
        SourceSettings options, FfmpegTools? tools = null, Func<string, string>? redact = null, TimeProvider? time = null, V4l2Device? device = null,
        Action<Packet>? onPacket = null)
    {
        Slot = new FrameSlot(options.Lossless ? FullPolicy.Wait : FullPolicy.NewestWins);
        Supervisor = new StreamSupervisor(
            options, Slot, Statuses.Enqueue, redact ?? (static text => text), time ?? TimeProvider.System, this, tools, new Random(1), device: device)
        { OnPacket = onPacket };
        _run = Supervisor.RunAsync(_stop.Token);
        _consume = Task.Run(ConsumeAsync);
    }

    public FrameSlot Slot { get; }
    public StreamSupervisor Supervisor { get; }
    public ConcurrentQueue<StreamStatus> Statuses { get; } = new();
    public ConcurrentQueue<FrameInfo> Frames { get; } = new();
    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>The frames with the mean of all their bytes: tells a dark picture from a bright one.</summary>
    public ConcurrentQueue<(FrameInfo Info, double Mean)> Pictures { get; } = new();

    /// <summary>Mean of all bytes of the last frame that was taken.</summary>
    public double LastMean { get; private set; }

    /// <summary>True while processes are at work whose time is real: from the beginning of an attempt to its end or its first frame.</summary>
    public bool IsConnecting => _connecting && Supervisor.Counters.Received == _receivedBefore;
    public Task Completion => _run;
    public StreamStatus Status => Supervisor.Status;

    /// <summary>The ffmpeg processes of this test run's process, by a look at their parent.</summary>
    public static int[] Children(string name = "ffmpeg") => Tools.Children(Environment.ProcessId, name);

    public async Task WaitAsync(Func<RunningStream, bool> condition, double seconds, string what)
    {
        var limit = Stopwatch.StartNew();
        while (!condition(this))
        {
            if (limit.Elapsed.TotalSeconds > seconds)
            {
                Assert.Fail($"not within {seconds} s: {what}; now {Status}; frames {Frames.Count}; statuses {string.Join(" > ", Statuses.Select(s => s.State + "(" + s.Reason + ")"))}; log {string.Join(" | ", Lines)}");
            }
            await Task.Delay(20);
        }
    }

    /// <summary>No promise of the product: a busy machine may take longer than <paramref name="seconds"/>.</summary>
    public Task WaitForFramesAsync(int count, double seconds) => WaitAsync(s => s.Frames.Count >= count, Math.Max(seconds, Patience), $"{count} frames");

    public Task WaitForEpochAsync(int epoch, double seconds) => WaitAsync(s => s.Frames.Any(f => f.Epoch >= epoch), seconds, $"a frame of epoch {epoch}");

    /// <summary>Median time between frames: a loaded test machine moves single ones.</summary>
    public double MedianIntervalMs()
    {
        var frames = Frames.ToArray();
        return frames.Zip(frames.Skip(1), static (a, b) => (b.CapturedUtc - a.CapturedUtc).TotalMilliseconds).Order().ElementAt((frames.Length - 1) / 2);
    }

    /// <summary>Stops the supervisor and checks what must hold after every stop.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        try { await _run.WaitAsync(TimeSpan.FromSeconds(10)); }
        catch (OperationCanceledException) { Assert.True(_stop.IsCancellationRequested); }
        await _consume.WaitAsync(TimeSpan.FromSeconds(5));
        Slot.Dispose();
        Assert.Equal(0, Supervisor.FramesOutstanding);
        Assert.Equal(Supervisor.Counters.Received, Slot.Received);
        Assert.Equal(Slot.Received, Slot.Taken + Slot.Dropped);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task ConsumeAsync()
    {
        while (!_stop.IsCancellationRequested || Slot.HasFrame)
        {
            using var frame = Slot.TryTake();
            if (frame is null)
            {
                await Task.Delay(2);
                continue;
            }
            long sum = 0;
            foreach (var b in frame.Pixels) { sum += b; }
            LastMean = sum / (double)frame.Pixels.Length;
            Pictures.Enqueue((frame.Info, LastMean));
            Frames.Enqueue(frame.Info);
        }
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;
    bool ILogger.IsEnabled(LogLevel logLevel) => true;
    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = formatter(state, exception);
        if (text.Contains(" connects, attempt ", StringComparison.Ordinal)) { (_receivedBefore, _connecting) = (Supervisor?.Counters.Received ?? 0, true); }
        else if (text.Contains(" next attempt in ", StringComparison.Ordinal)) { _connecting = false; }
        Lines.Enqueue($"{logLevel} {text} {exception}");
    }
}
