using EdgePose.Domain;
using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

public sealed class FfmpegCommandTests
{
    private static readonly FfmpegTools Tools = new();

    private static StreamFormat Format(string codec = "h264", double fps = 25) => new(0, codec, "Main", 640, 480, 0, fps, "yuv420p", null);

    private static SourceSettings Source(string url) => new() { Stream = "s", Url = url };

    private static FfmpegCommand Decode(SourceSettings source, StreamFormat? format = null, HardwareDecoder hardware = HardwareDecoder.None) =>
        FfmpegCommand.Decode(source, Tools, format ?? Format(), hardware, 320, 240);

    private static string Line(FfmpegCommand command) => string.Join(' ', command.Arguments);

    [Theory]
    [InlineData("rtsp://cam.lan/x")]
    [InlineData("rtsps://cam.lan/x")]
    [InlineData("http://cam.lan/x")]
    [InlineData("https://cam.lan/x.m3u8")]
    public void NetworkSource_StandsOnlyInTheScript(string url)
    {
        var source = Source(url) with { User = "bob", Password = new Secret("geheim") };
        foreach (var command in new[] { Decode(source), FfmpegCommand.Probe(source, Tools) })
        {
            Assert.DoesNotContain("cam.lan", Line(command), StringComparison.Ordinal);
            Assert.DoesNotContain("geheim", command.ToString(), StringComparison.Ordinal);
            Assert.Contains("bob:geheim@cam.lan", command.Script, StringComparison.Ordinal);
            Assert.Contains("-f concat -safe 0 -protocol_whitelist pipe,", Line(command), StringComparison.Ordinal);
            Assert.DoesNotContain("nobuffer", Line(command), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rtsp_ScriptIsExactlyThis()
    {
        var command = Decode(Source("rtsp://cam/x") with { Transport = SourceTransport.Udp, StallAfter = TimeSpan.FromSeconds(3) });
        Assert.Equal("ffconcat version 1.0\nfile 'rtsp://cam/x'\noption rtsp_transport udp\noption fpsprobesize 0\noption timeout 5000000\n", command.Script);
        Assert.Contains("-protocol_whitelist pipe,rtsp,tcp,rtp,udp -i pipe:0", Line(command), StringComparison.Ordinal);
        Assert.EndsWith("-map 0:0 -an -sn -dn -vf scale=320:240:flags=bilinear,sidedata=mode=delete,showinfo=checksum=0 -fps_mode passthrough -f rawvideo -pix_fmt rgb24 -", Line(command), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtsp://cam/x'\noption protocol_whitelist file")]
    [InlineData("rtsp://cam/x\nfile '/etc/passwd'")]
    public void Rtsp_InjectionThatNobodyChecked_Throws(string url) => Assert.Throws<ArgumentException>(() => Decode(Source(url)));

    [Theory]
    [InlineData(0, 25, false)]
    [InlineData(5, 25, true)]
    [InlineData(25, 25, false)]
    [InlineData(30, 25, false)]
    [InlineData(5, 0, true)]
    public void Fps_ThinsOnlyWhenTheSourceIsFaster(double wanted, double announced, bool thinned)
    {
        var line = Line(Decode(Source("rtsp://cam/x") with { Fps = wanted }, Format(fps: announced)));
        Assert.Equal(thinned, line.Contains("-vf select=", StringComparison.Ordinal));
        Assert.Contains("scale=320:240", line, StringComparison.Ordinal);
    }

    [Fact]
    public void File_RealtimeAndLoop_AreOptionsBeforeTheInput()
    {
        var line = Line(Decode(Source("a.mp4") with { Loop = true }));
        Assert.Contains($"-stream_loop -1 -re -protocol_whitelist file,crypto,data -i file:{Path.GetFullPath("a.mp4")} -map", line, StringComparison.Ordinal);
        Assert.DoesNotContain("-re ", Line(Decode(Source("a.mp4") with { Pace = SourcePace.Max })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SourcePace.Realtime, false, true)]
    [InlineData(SourcePace.Max, false, false)] // frames come too quickly for a line each
    [InlineData(SourcePace.Max, true, true)] // only the line tells which picture is damaged
    internal void File_FramesAreAnnouncedUnlessReadAsFastAsPossible(SourcePace pace, bool discardCorrupt, bool announced) =>
        Assert.Equal(announced, Line(Decode(Source("a.mp4") with { Pace = pace, DiscardCorrupt = discardCorrupt })).Contains("showinfo", StringComparison.Ordinal));

    [Fact]
    public void SecondOutput_StandsBehindTheFrames()
    {
        var command = FfmpegCommand.Decode(Source("rtsp://cam/x"), Tools, Format(), HardwareDecoder.None, 320, 240, ["-map", "0:0", "-c", "copy", "out"]);
        Assert.EndsWith("-f rawvideo -pix_fmt rgb24 - -y -map 0:0 -c copy out", Line(command), StringComparison.Ordinal);
    }

    [Fact]
    public void V4l2_NamesTheDevice() =>
        Assert.Contains("-f v4l2 -i /dev/video0", Line(Decode(Source("/dev/video0"))), StringComparison.Ordinal);

    [Fact]
    public void Http_SegmentsArePaced_MotionJpegGetsArrivalTimes()
    {
        Assert.Contains(" -re ", Line(Decode(Source("http://cam/live.m3u8?x=1"))), StringComparison.Ordinal);
        var mjpeg = Decode(Source("http://cam/video") with { Fps = 5 }, Format("mjpeg", 0));
        Assert.DoesNotContain(" -re ", Line(mjpeg), StringComparison.Ordinal);
        Assert.Contains("option use_wallclock_as_timestamps 1", mjpeg.Script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HardwareDecoder.Cuda, "h264", "-hwaccel cuda")]
    [InlineData(HardwareDecoder.Vaapi, "hevc", "-hwaccel vaapi")]
    [InlineData(HardwareDecoder.Drm, "hevc", "-hwaccel drm")]
    [InlineData(HardwareDecoder.V4l2m2m, "h264", "-c:v h264_v4l2m2m")]
    [InlineData(HardwareDecoder.None, "h264", "-thread_type slice")]
    internal void Hardware_ComesBeforeTheInput(HardwareDecoder hardware, string codec, string expected)
    {
        var line = Line(Decode(Source("rtsp://cam/x"), Format(codec), hardware));
        Assert.InRange(line.IndexOf(expected, StringComparison.Ordinal), 0, line.IndexOf("-i pipe:0", StringComparison.Ordinal));
    }

    [Fact]
    public void Describe_HoldsNoSecret()
    {
        var source = Source("rtsp://cam/x?token=abc") with { User = "bob", Password = new Secret("geheim"), Fps = 5 };
        Assert.Equal("rtsp://cam/x?*** over TCP, at most 5 fps, with password", source.Describe());
        Assert.DoesNotContain("abc", source.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("rtsp://cam/y over TCP", (source with { SubStream = "rtsp://cam/y" }).Describe(), StringComparison.Ordinal); // which is what is read
    }
}
