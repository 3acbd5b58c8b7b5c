using System.Text;
using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

/// <summary>The lines are those of ffmpeg 5.1.9.</summary>
public sealed class FfmpegLogTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<(string Text, long Held)> _logged = [];

    private FfmpegLog Log(Func<string, string>? redact = null) => new(redact ?? (static t => t), (text, held) => _logged.Add((text, held)), _time);

    private FfmpegLog Read(string text)
    {
        var log = Log();
        log.Drain(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        return log;
    }

    [Fact]
    public void SoftwareDecoder_IsReadFromMappingAndPixelFormat()
    {
        var log = Read("""
            [info] Stream mapping:
            [info]   Stream #0:0 -> #0:0 (h264 (native) -> rawvideo (native))
            [graph 0 input from stream 0:0 @ 0x55ed4981e440] [verbose] w:320 h:240 pixfmt:yuv420p tb:1/90000 fr:15/1 sar:1/1
            """);
        Assert.Equal(("h264", false, true), (log.Decoder, log.DeliversDeviceFrames, log.DecoderKnown.IsCompleted));
        Assert.Empty(log.Tail());
        Assert.Empty(_logged);
    }

    [Theory]
    [InlineData("nv12", true)]
    [InlineData("p010le", true)]
    [InlineData("yuvj420p", false)]
    public void DeviceFrames_AreSemiPlanar(string pixelFormat, bool device) =>
        Assert.Equal(device, Read($"[graph 0 input from stream 0:1 @ 0x1] [verbose] w:320 h:240 pixfmt:{pixelFormat} tb:1/9").DeliversDeviceFrames);

    [Fact]
    public void NamedDecoder_IsReported() =>
        Assert.Equal("h264_v4l2m2m", Read("[info]   Stream #0:0 -> #0:0 (h264 (h264_v4l2m2m) -> rawvideo (native))").Decoder);

    [Theory]
    [InlineData("[error] Device creation failed: -1.")]
    [InlineData("[h264 @ 0x563cc991b000] [error] No device available for decoder: device type cuda needed for codec h264.")]
    [InlineData("[h264_v4l2m2m @ 0x55efeb973180] [error] Could not find a valid device")]
    [InlineData("[h264 @ 0x1] [error] Failed setup for format vaapi: hwaccel initialisation returned error.")]
    public void HardwareFailure_IsSeen(string line) => Assert.NotNull(Read(line).HardwareProblem);

    [Fact]
    public void PictureSizeChange_IsSeen()
    {
        const string Graph = "[graph 0 input from stream 0:0 @ 0x1] [verbose] w:{0} h:240 pixfmt:yuv420p tb:1/9\n[Parsed_showinfo_1 @ 0x1] [info] n:   0 pts: 1 pts_time:1\n";
        Assert.False(Read(Graph.Replace("{0}", "320", StringComparison.Ordinal) + Graph.Replace("{0}", "320", StringComparison.Ordinal)).SizeChanged);
        Assert.True(Read(Graph.Replace("{0}", "320", StringComparison.Ordinal) + Graph.Replace("{0}", "640", StringComparison.Ordinal)).SizeChanged);
    }

    [Fact]
    public void DecodeErrors_AreThoseOfTheDecoder()
    {
        var log = Read("""
            [rtsp @ 0x1] [error] method DESCRIBE failed: 401 Unauthorized
            [info]   Stream #0:0 -> #0:0 (h264 (native) -> rawvideo (native))
            [h264 @ 0x1] [error] error while decoding MB 3 4, bytestream -7
            [h264 @ 0x1] [warning] concealing
            [error] Error while decoding stream #0:0: Invalid data found when processing input
            """);
        Assert.Equal(2, log.DecodeErrors);
    }

    [Fact]
    public void Tail_KeepsTheLastTwentyErrors_RedactedAndMasked()
    {
        var log = Log(static t => t.Replace("geheim", "***", StringComparison.Ordinal));
        for (var i = 0; i < 30; i++) { log.Accept($"[error] line {i} geheim rtsp://u:p@h/x"); }
        Assert.Equal(FfmpegLog.KeptLines, log.Tail().Length);
        Assert.Equal("line 10 *** rtsp://***@h/x", log.Tail()[0]);
    }

    [Fact]
    public void Flood_IsOneLinePerSecondWithACount()
    {
        var log = Log();
        for (var i = 0; i < 100; i++) { log.Accept("[error] x"); }
        _time.Advance(TimeSpan.FromSeconds(1));
        log.Accept("[error] y");
        Assert.Equal([("x", 0L), ("y", 99L)], _logged);
    }

    [Fact]
    public void ControlCharactersAndAnsi_AreRemovedBeforeRedaction()
    {
        var log = Log(static t => t.Replace("geheim", "***", StringComparison.Ordinal));
        log.Accept("\u001b[31m[error] ge\u001b[0mhe\u0007im\u009b\u001b]0;title\u0007 end");
        Assert.Equal("*** end", Assert.Single(log.Tail()));
    }

    [Fact]
    public void EndlessLine_IsCut()
    {
        var log = Read("[error] " + new string('x', 100_000) + "\n[error] next");
        Assert.Equal(2, log.Tail().Length);
        Assert.True(log.Tail()[0].Length <= 1024);
    }

    [Fact]
    public void RandomBytes_NeverThrowAndLeaveNoControlCharacters()
    {
        var random = new Random(7);
        var noise = new byte[200_000];
        random.NextBytes(noise);
        var log = Log();
        log.Drain(new MemoryStream(noise));
        Assert.DoesNotContain(string.Concat(log.Tail()), char.IsControl);
    }

    [Theory]
    [InlineData("rtsp: method DESCRIBE failed: 401 Unauthorized", StreamState.AuthFailed)]
    [InlineData("pipe:0: Server returned 403 Forbidden (access denied)", StreamState.AuthFailed)]
    [InlineData("rtsp: method DESCRIBE failed: 404 Not Found", StreamState.NotFound)]
    [InlineData("rtsp: method PLAY failed: 454 Session Not Found", StreamState.NotFound)]
    [InlineData("tcp: Connection to tcp://127.0.0.1:1?*** failed: Connection refused", StreamState.Unreachable)]
    [InlineData("tcp: Failed to resolve hostname nohost.invalid: Name or service not known", StreamState.Unreachable)]
    [InlineData("pipe:0: Connection timed out", StreamState.Unreachable)]
    [InlineData("tls: Peer certificate failed verification", StreamState.TlsError)]
    [InlineData("tls: An unexpected TLS packet was received.", StreamState.TlsError)]
    [InlineData("concat: Impossible to open 'rtsp://h/x'", StreamState.Unreachable)]
    [InlineData("file:a.mp4: No such file or directory", StreamState.NotFound)]
    [InlineData("Unrecognized option 'fps_mode'.", StreamState.Failed)]
    [InlineData("something new", StreamState.Reconnecting)]
    internal void FailureReason_MapsFfmpegsTexts(string line, StreamState state)
    {
        var (found, reason) = FailureReason.Of(["warming up", line, "pipe:0: Input/output error"], SourceKind.Rtsp, "ffmpeg ended with code 1");
        Assert.Equal(state, found);
        Assert.NotEmpty(reason);
    }
}
