using System.Globalization;
using EdgePose.Domain;
using EdgePose.Service;
using EdgePose.Service.Logs;
using EdgePose.Settings;
using EdgePose.Streams;
using EdgePose.Streams.Packets;
using Microsoft.Extensions.Logging;

namespace EdgePose.Workshop.Probe;

/// <summary>Runs one source through the daemon's own ingest for a while and reports what came.</summary>
internal static class SourceProbing
{
    /// <summary>Time for connecting again after the first look, and for the first key picture.</summary>
    private static readonly TimeSpan FirstFrameWithin = TimeSpan.FromSeconds(20);

    public static async Task<SourceReport> RunAsync(ProbeRequest request, Action<string> progress, bool verbose, TimeProvider time, CancellationToken stop)
    {
        var redactor = new Redactor();
        var source = Source(request, redactor);
        var probe = new SourceProbe(new FfmpegTools(), redactor.Redact, time);
        var probed = await probe.ProbeAsync(source, SourceProbe.DefaultTimeout, stop).ConfigureAwait(false);
        if (probed.Format is not { } format)
        {
            var realm = probed.State == StreamState.AuthFailed ? await AuthChallenge.RealmAsync(source.Url, time, stop).ConfigureAwait(false) : "";
            return new SourceReport
            {
                Url = source.Url, State = Snake(probed.State), Reason = probed.Reason, Seconds = Math.Round(probed.Elapsed.TotalSeconds, 1),
                Realm = realm.Length > 0 ? realm : null,
            };
        }
        progress($"{format.Codec} {format.Width}x{format.Height}, measuring for {request.Duration.TotalSeconds:0} s");
        var measured = await MeasureAsync(source, format, request.Duration, redactor, verbose, time, stop).ConfigureAwait(false);
        if (measured.Frames == 0) { return measured; }
        var small = await FindSmallAsync(source, format, probe, stop).ConfigureAwait(false);
        return SourceAdvice.Complete(measured, source, small, new V4l2Device().LinkOf(source.Url), PasswordPlace.Find(request, Environment.GetEnvironmentVariable));
    }

    private static SourceSettings Source(ProbeRequest request, Redactor redactor)
    {
        if (StreamUrl.Parse(request.Url, Path.GetFullPath, out var problem) is not { } address)
        {
            throw new UserError(ExitCode.Usage, $"the address: {problem}", "a file, rtsp://host/path, http://host/path or /dev/video0");
        }
        var user = request.User.Length > 0 ? request.User : address.User;
        if (user.Contains(':', StringComparison.Ordinal))
        {
            throw new UserError(ExitCode.Usage, "a user name cannot hold ':', where its password would begin (RFC 7617)", "give the camera a user without it");
        }
        var password = request.Password ?? (address.Password is { } given ? new Secret(given) : null);
        if (password is not null) { redactor.Register([password]); }
        redactor.Register(address.Secrets.Select(s => new Secret(s)));
        return new SourceSettings
        {
            Stream = request.Stream,
            Url = address.Url,
            User = user,
            Password = password,
            Transport = request.Udp ? SourceTransport.Udp : SourceTransport.Tcp,
            Hardware = Enum.Parse<HardwareDecoder>(request.HardwareDecode, ignoreCase: true),
            CameraTime = true,
        };
    }

    private static async Task<SourceReport> MeasureAsync(
        SourceSettings source, StreamFormat format, TimeSpan duration, Redactor redactor, bool verbose, TimeProvider time, CancellationToken stop)
    {
        using var loggers = LogSetup.CreateFactory(verbose ? "debug" : "error", LogStyle.Console, redactor);
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        var packets = new PacketStatistics(time);
        var supervisor = new StreamSupervisor(source, slot, _ => { }, redactor.Redact, time, loggers.CreateLogger("probe")) { OnPacket = packets.Add };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var started = time.GetTimestamp();
        var running = supervisor.RunAsync(end.Token);
        var (first, firstCount) = (0L, 0L);
        var lags = new List<double>();
        while ((first == 0 ? time.GetElapsedTime(started) < FirstFrameWithin : time.GetElapsedTime(first) < duration) && !running.IsCompleted && !stop.IsCancellationRequested)
        {
            // Without the token: however it ends, ffmpeg is waited for below.
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, CancellationToken.None).ConfigureAwait(false);
            using var frame = slot.TryTake();
            if (frame is { Info: { TimeSource: TimeSource.Rtcp } info }) { lags.Add((info.ReceivedUtc - info.CapturedUtc).TotalMilliseconds); }
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
        var report = Report(source, format, status, supervisor.Counters, packets.Summarise(), seconds > 0 ? (frames - firstCount) / seconds : 0);
        return report with
        {
            Frames = frames,
            FirstFrameMs = first == 0 ? 0 : Math.Round(time.GetElapsedTime(started, first).TotalMilliseconds),
            Seconds = Math.Round(time.GetElapsedTime(started, last).TotalSeconds, 1),
            CameraLagMs = lags.Count == 0 ? null : Math.Round(lags.Order().ElementAt(lags.Count / 2)),
        };
    }

    private static SourceReport Report(SourceSettings source, StreamFormat format, StreamStatus status, SourceCounters counters, PacketSummary packets, double frameRate)
    {
        var ended = status.State == StreamState.Disabled && counters.Received > 0;
        // The packets count what the source sends; frames are what this machine could decode.
        var fps = packets.Fps > 0 ? packets.Fps : frameRate;
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
            Gop = packets.GroupOfPictures > 0 ? packets.GroupOfPictures : null,
            GopSeconds = packets.GroupOfPictures > 0 && fps > 0 ? Math.Round(packets.GroupOfPictures / fps, 2) : null,
            BitrateKbps = packets.BitsPerSecond > 0 ? Math.Round(packets.BitsPerSecond / 1000) : null,
            JitterMs = packets.Fps > 0 ? Math.Round(packets.JitterMs) : null,
            PacketsLost = counters.LostPackets,
            DecodeErrors = counters.DecodeErrors,
            DamagedPictures = counters.DamagedPictures,
            TimeSource = Snake(status.TimeSource),
        };
    }

    /// <summary>Asks once for a smaller stream where the picture is larger than any network needs.</summary>
    private static async Task<(string Url, StreamFormat Format)?> FindSmallAsync(SourceSettings source, StreamFormat format, SourceProbe probe, CancellationToken stop)
    {
        const int Enough = 1280 * 720;
        if (source.Kind is not (SourceKind.Rtsp or SourceKind.Http) || format.Width * format.Height < Enough || SubStream.Guess(source.Url) is not { } url) { return null; }
        var result = await probe.ProbeAsync(source with { Url = url }, SourceProbe.DefaultTimeout, stop).ConfigureAwait(false);
        return result.Format is { } small && small.Width * small.Height < format.Width * format.Height ? (url, small) : null;
    }

    private static string Snake<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
