using System.Globalization;
using EdgePose.Config;
using EdgePose.Domain;
using EdgePose.Ingest;
using Microsoft.Extensions.Logging;

namespace EdgePose.Hosting;

/// <summary>Runs one source through the daemon's own ingest for a while and reports what came.</summary>
internal static class SourceProbing
{
    public static async Task<SourceReport> RunAsync(ProbeRequest request, Action<string> progress, bool verbose, TimeProvider time, CancellationToken stop)
    {
        var redactor = new Redactor();
        if (StreamUrl.Parse(request.Url, Path.GetFullPath, out var problem) is not { } address)
        {
            throw new UserError(ExitCode.Usage, $"the address: {problem}", "a file, rtsp://host/path, http://host/path or /dev/video0");
        }
        var password = request.Password ?? (address.Password is { } given ? new Secret(given) : null);
        if (password is not null) { redactor.Register([password]); }
        redactor.Register(address.Secrets.Select(s => new Secret(s)));
        var source = new SourceOptions
        {
            Stream = request.Stream, Url = address.Url, User = request.User.Length > 0 ? request.User : address.User, Password = password, Transport = request.Udp ? SourceTransport.Udp : SourceTransport.Tcp,
            Hardware = Enum.Parse<HardwareDecoder>(request.HardwareDecode, ignoreCase: true),
        };
        var probed = await new SourceProbe(new FfmpegTools(), redactor.Redact, time).ProbeAsync(source, SourceProbe.DefaultTimeout, stop).ConfigureAwait(false);
        if (probed.Format is not { } format)
        {
            return new SourceReport { Url = source.Url, State = Snake(probed.State), Reason = probed.Reason, Seconds = probed.Elapsed.TotalSeconds };
        }
        progress($"{format.Codec} {format.Width}x{format.Height}, measuring for {request.Duration.TotalSeconds:0} s");
        return await MeasureAsync(source, format, request.Duration, redactor, verbose, time, stop).ConfigureAwait(false);
    }

    private static async Task<SourceReport> MeasureAsync(
        SourceOptions source, StreamFormat format, TimeSpan duration, Redactor redactor, bool verbose, TimeProvider time, CancellationToken stop)
    {
        await using var log = LogSetup.Create(verbose ? "debug" : "error", LogStyle.Console, redactor);
        using var loggers = new Serilog.Extensions.Logging.SerilogLoggerFactory(log);
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        var supervisor = new StreamSupervisor(source, slot, _ => { }, redactor.Redact, time, loggers.CreateLogger("probe"));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var started = time.GetTimestamp();
        var running = supervisor.RunAsync(end.Token);
        var (first, firstCount) = (0L, 0L);
        while (time.GetElapsedTime(started) < duration && !running.IsCompleted && !stop.IsCancellationRequested)
        {
            // Without the token: however it ends, ffmpeg is waited for below.
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, CancellationToken.None).ConfigureAwait(false);
            slot.TryTake()?.Dispose();
            if (first == 0 && supervisor.Counters.Received > 0) { (first, firstCount) = (time.GetTimestamp(), supervisor.Counters.Received); }
        }
        var last = time.GetTimestamp();
        var (status, frames) = (supervisor.Status, supervisor.Counters.Received);
        await end.CancelAsync().ConfigureAwait(false);
        // Told to end, it throws its cancellation; ffmpeg is gone afterwards. Another failure is read from the task.
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
        if (running.Exception is { } defect) { throw defect; }
        var seconds = first == 0 ? 0 : time.GetElapsedTime(first, last).TotalSeconds;
        var fps = seconds > 0 ? (frames - firstCount) / seconds : 0;
        var ended = status.State == StreamState.Disabled && frames > 0;
        return new SourceReport
        {
            Url = source.Url,
            State = Snake(ended ? StreamState.Online : status.State),
            Reason = ended ? "" : status.Reason,
            Codec = format.Codec,
            Decoder = status.Decoder,
            Width = format.Width,
            Height = format.Height,
            FpsAnnounced = Math.Round(format.FramesPerSecond, 2),
            FpsMeasured = Math.Round(fps, 2),
            Frames = frames,
            DecodeErrors = supervisor.Counters.DecodeErrors,
            FirstFrameMs = first == 0 ? 0 : Math.Round(time.GetElapsedTime(started, first).TotalMilliseconds),
            Seconds = Math.Round(time.GetElapsedTime(started, last).TotalSeconds, 1),
            Yaml = Block(source, fps > 0 ? fps : format.FramesPerSecond),
        };
    }

    /// <summary>The block to paste. Five frames a second follow a walking person well and leave a small board time for other streams.</summary>
    internal static string Block(SourceOptions source, double fps)
    {
        var rate = Math.Clamp(Math.Round(fps), 1, 5);
        var user = source.User.Length > 0 ? $"    user: {Quote(source.User)}\n" : "";
        var password = source.Password is null ? "" : string.Create(CultureInfo.InvariantCulture, $"    password: ${{credential:camera.{source.Stream}}}\n");
        var transport = source.Transport == SourceTransport.Udp ? "    transport: udp\n" : "";
        return string.Create(CultureInfo.InvariantCulture, $"streams:\n  {source.Stream}:\n    url: {Quote(source.Url)}\n{user}{password}{transport}    fps: {rate}\n");
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Snake(StreamState state) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());
}
