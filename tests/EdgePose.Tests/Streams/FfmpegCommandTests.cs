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
    [InlineData("https://cam.lan/x")]
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
    [InlineData(25, 25, true)]
    [InlineData(30, 25, true)] // it may announce 25 and send 60
    [InlineData(5, 0, true)]
    public void Fps_IsALimit_WhateverIsAnnounced(double wanted, double announced, bool thinned)
    {
        var line = Line(Decode(Source("rtsp://cam/x") with { Fps = wanted }, Format(fps: announced)));
        Assert.Equal(thinned, line.Contains("-vf select=", StringComparison.Ordinal));
        Assert.Contains("scale=320:240", line, StringComparison.Ordinal);
    }

    [Fact]
    public void File_RealtimeAndLoop_AreOptionsBeforeTheInput()
    {
        var line = Line(Decode(Source("a.mp4") with { Loop = true }));
        Assert.Contains($"-stream_loop -1 -re -noautorotate -protocol_whitelist file,crypto,data -i file:{Path.GetFullPath("a.mp4")} -map", line, StringComparison.Ordinal);
        Assert.DoesNotContain("-re ", Line(Decode(Source("a.mp4") with { Pace = SourcePace.Max })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SourcePace.Realtime)]
    [InlineData(SourcePace.Max)]
    internal void File_EveryFrameIsAnnounced_BecauseOnlyItsLineTellsItsTime(SourcePace pace) =>
        Assert.Contains("showinfo", Line(Decode(Source("a.mp4") with { Pace = pace })), StringComparison.Ordinal);

    [Fact]
    public void File_FromItsMiddleOn_IsSkippedExactly_AndReadOnce()
    {
        string Resumed(string container) => Line(FfmpegCommand.Decode(
            Source("a.mp4") with { Loop = true }, Tools, Format() with { Container = container }, HardwareDecoder.None, 320, 240, from: 12.3455));
        Assert.Contains("-re -ss 12.345500 -noautorotate -protocol_whitelist", Resumed("mov,mp4,m4a,3gp,3g2,mj2"), StringComparison.Ordinal);
        Assert.DoesNotContain("-stream_loop", Resumed("matroska,webm"), StringComparison.Ordinal);
        // Times may begin anew inside of it: no place in it is found by a time.
        Assert.Contains("-vf select='gte(t,12.345500)',scale", Resumed("mpegts"), StringComparison.Ordinal);
        Assert.DoesNotMatch(" -(re|ss) ", Resumed("mpegts"));
    }

    [Theory]
    [InlineData("rtsp://cam/x", false, 58, true)]
    [InlineData("/dev/video0", false, 63, true)]
    [InlineData("a.mp4", false, 61, false)]
    [InlineData("a.mp4", true, 59, false)]
    [InlineData("a.mp4", true, 61, true)] // only the decoder's line tells which picture is damaged
    public void PacketsAreTraced_WhereTheyTellSomething(string url, bool discardCorrupt, int library, bool traced)
    {
        var tools = new FfmpegTools(Generation: new FfmpegGeneration("x", library, 99));
        var line = Line(FfmpegCommand.Decode(Source(url) with { DiscardCorrupt = discardCorrupt }, tools, Format(), HardwareDecoder.None, 320, 240));
        Assert.Equal(traced, line.Contains(" -debug_ts ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "-vf scale=")]
    [InlineData(-90, "-vf transpose=clock,scale=")]
    [InlineData(90, "-vf transpose=cclock,scale=")]
    [InlineData(270, "-vf transpose=clock,scale=")]
    [InlineData(-180, "-vf hflip,vflip,scale=")]
    public void TurnedPictures_AreTurnedUpright_AllOfThemAlike(int rotation, string filter)
    {
        var line = Line(Decode(Source("a.mp4"), Format() with { Rotation = rotation }));
        Assert.Contains(filter, line, StringComparison.Ordinal);
        Assert.Contains("-noautorotate", line, StringComparison.Ordinal);
    }

    [Fact]
    public void OldFfmpeg_GetsWhatItKnows()
    {
        var tools = new FfmpegTools(Generation: new FfmpegGeneration("4.4.2", 58, 76));
        FfmpegCommand Old(SourceSettings source, string codec = "h264") => FfmpegCommand.Decode(source, tools, Format(codec), HardwareDecoder.None, 320, 240);

        var rtsp = Old(Source("rtsp://cam/x") with { User = "bob", Password = new Secret("geheim") });
        Assert.Equal("ffconcat version 1.0\nfile 'rtsp://bob:geheim@cam/x?tcp'\n", rtsp.Script); // its script has no options, its RTSP client takes its own out of the query
        Assert.Contains("-vsync passthrough", Line(rtsp), StringComparison.Ordinal);
        Assert.DoesNotContain("fps_mode", Line(rtsp), StringComparison.Ordinal);
        Assert.Contains("'rtsp://cam/x?channel=1&udp'", Old(Source("rtsp://cam/x?channel=1") with { Transport = SourceTransport.Udp }).Script, StringComparison.Ordinal);

        var mjpeg = Old(Source("http://cam/video"), "mjpeg");
        Assert.Equal("ffconcat version 1.0\nfile 'http://cam/video'\n", mjpeg.Script);
        Assert.Contains("-use_wallclock_as_timestamps 1 -f concat", Line(mjpeg), StringComparison.Ordinal);
    }

    [Fact]
    public void Playlist_IsNamedByAPlaylist_SoThatItsTimesMayJump()
    {
        var source = Source("https://cam/live.m3u8?token=1") with { User = "bob", Password = new Secret("geheim") };
        var command = Decode(source);
        Assert.Equal("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttps://bob:geheim@cam/live.m3u8?token=1\n", command.Script);
        Assert.Contains("-f hls -rw_timeout 7000000 -protocol_whitelist pipe,https,http,tls,tcp,crypto,data -i pipe:0", Line(command), StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", command.ToString(), StringComparison.Ordinal);
        Assert.Contains("option tls_verify 1", Decode(source with { VerifyTls = true }).Script, StringComparison.Ordinal); // which only the script can ask for
    }

    [Fact]
    public void SecondOutput_StandsBehindTheFrames()
    {
        var command = FfmpegCommand.Decode(Source("rtsp://cam/x"), Tools, Format(), HardwareDecoder.None, 320, 240, furtherOutput: ["-map", "0:0", "-c", "copy", "out"]);
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
