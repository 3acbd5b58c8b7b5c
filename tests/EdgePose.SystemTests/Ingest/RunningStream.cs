using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using EdgePose.Domain;
using EdgePose.Peers;
using EdgePose.Streams;
using EdgePose.Streams.Packets;
using Microsoft.Extensions.Logging;

namespace EdgePose.SystemTests.Ingest;

/// <summary>A supervisor with a consumer that takes frames as a stream's inference would, and a record of all that was said.</summary>
internal sealed partial class RunningStream : ILogger, IAsyncDisposable
{
    private const double Patience = 60;
    private readonly string _links = Directory.CreateTempSubdirectory("edgepose-tools-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run, _consume;
    private readonly TimeProvider _time;
    private volatile bool _connecting = true;
    private long _pauseEnds = DateTimeOffset.MaxValue.UtcTicks;
    private long _receivedBefore;

    public RunningStream(
        SourceSettings options, FfmpegTools? tools = null, Func<string, string>? redact = null, TimeProvider? time = null, V4l2Device? device = null,
        Action<Packet>? onPacket = null)
    {
        _time = time ?? TimeProvider.System;
        Slot = new FrameSlot(options.Lossless ? FullPolicy.Wait : FullPolicy.NewestWins);
        Supervisor = new StreamSupervisor(
            options, Slot, Statuses.Enqueue, redact ?? (static text => text), _time, this, tools ?? Linked(), new Random(1), device: device)
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

    /// <summary>When the next attempt is due; without a pause, never.</summary>
    public DateTimeOffset PauseEnds => new(Volatile.Read(ref _pauseEnds), TimeSpan.Zero);
    public Task Completion => _run;
    public StreamStatus Status => Supervisor.Status;

    /// <summary>The processes of this stream, told from those of other tests by the name of the link that they were started by.</summary>
    public int[] Children(string name = "ffmpeg") => [.. Tools.Children(Environment.ProcessId, name).Where(id => StartedBy(id) == Path.Combine(_links, name))];

    /// <summary>Waits as long as a busy machine may need: how soon something must happen is for the program's own clocks to say.</summary>
    /// <param name="condition">What is waited for.</param>
    /// <param name="what">Its words.</param>
    /// <param name="seconds">For what takes long by itself; never less than the usual patience.</param>
    public async Task WaitAsync(Func<RunningStream, bool> condition, string what, double seconds = Patience)
    {
        var limit = Stopwatch.StartNew();
        while (!condition(this))
        {
            if (limit.Elapsed.TotalSeconds > Math.Max(seconds, Patience))
            {
                Assert.Fail($"not within {limit.Elapsed.TotalSeconds:0} s: {what}; now {Status}; frames {Frames.Count}; statuses {string.Join(" > ", Statuses.Select(s => s.State + "(" + s.Reason + ")"))}; log {string.Join(" | ", Lines)}");
            }
            await Task.Delay(20);
        }
    }

    public Task WaitAsync(Func<RunningStream, bool> condition, double seconds, string what) => WaitAsync(condition, what, seconds);

    public Task WaitForFramesAsync(int count, double seconds = Patience) => WaitAsync(s => s.Frames.Count >= count, $"{count} frames", seconds);

    public Task WaitForEpochAsync(int epoch, double seconds = Patience) => WaitAsync(s => s.Frames.Any(f => f.Epoch >= epoch), $"a frame of epoch {epoch}", seconds);

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
        Directory.Delete(_links, recursive: true);
    }

    private FfmpegTools Linked()
    {
        foreach (var name in (string[])["ffmpeg", "ffprobe"]) { File.CreateSymbolicLink(Path.Combine(_links, name), Tools.Find(name) ?? throw new InvalidOperationException($"{name} is missing")); }
        return new FfmpegTools(Path.Combine(_links, "ffmpeg"), Path.Combine(_links, "ffprobe"));
    }

    private static string StartedBy(int process)
    {
        try { return File.ReadAllText($"/proc/{process}/cmdline").Split('\0')[0]; }
        catch (IOException) { return ""; }
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

    [GeneratedRegex(@" next attempt in ([\d.]+) s ")]
    private static partial Regex NextAttempt();

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;
    bool ILogger.IsEnabled(LogLevel logLevel) => true;
    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = formatter(state, exception);
        if (text.Contains(" connects, attempt ", StringComparison.Ordinal)) { (_receivedBefore, _connecting, _pauseEnds) = (Supervisor?.Counters.Received ?? 0, true, DateTimeOffset.MaxValue.UtcTicks); }
        else if (NextAttempt().Match(text) is { Success: true } pause)
        {
            Volatile.Write(ref _pauseEnds, _time.GetUtcNow().AddSeconds(double.Parse(pause.Groups[1].ValueSpan, CultureInfo.InvariantCulture) + 0.1).UtcTicks);
            _connecting = false;
        }
        Lines.Enqueue($"{logLevel} {text} {exception}");
    }
}
