using System.Text;
using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

/// <summary>
/// The messages of each generation of ffmpeg, by lines that it printed. Origin: 4.3.7 (Debian 11), 5.1.9 (Debian 12), 7.1.5 (Debian 13) and 9.0.2 (Debian's
/// testing) were run over the same damaged H.264 clip, thinned to 5 frames a second, and over a clip whose size changes. 4.4 and 6.0 are
/// taken to word these lines as 5.1 does, 6.1 and 8.0 as 7.1 does; they were neither run nor read.
/// </summary>
public sealed class FfmpegLinesTests
{
    private const string Mapping = "[info] Stream mapping:\n[info]   Stream #0:0 -> #0:0 (h264 (native) -> rawvideo (native))\n";

    /// <summary>The picture at 0.333 s is damaged and passes; that at 0.667 s is damaged and thinned out.</summary>
    private const string Old = """
        [graph 0 input from stream 0:0 @ 0x564a37d180c0] [verbose] w:320 h:240 pixfmt:yuv420p tb:1/15360 fr:15/1 sar:1/1
        [Parsed_showinfo_3 @ 0x564a37d17700] [info] config in time_base: 1/15360, frame_rate: 15/1
        [Parsed_showinfo_3 @ 0x564a37d17700] [info] n:   0 pts:      0 pts_time:0       pos:       48 fmt:rgb24 sar:1/1 s:160x120 i:P iskey:1 type:I
        [Parsed_showinfo_3 @ 0x564a37d17700] [info] n:   1 pts:   2048 pts_time:0.133333 pos:    12668 fmt:rgb24 sar:1/1 s:160x120 i:P iskey:0 type:P
        [h264 @ 0x564a37d3be80] [error] P sub_mb_type 13 out of range at 9 0
        [h264 @ 0x564a37d3be80] [error] error while decoding MB 9 0
        [h264 @ 0x564a37d3be80] [info] concealing 300 DC, 300 AC, 300 MV errors in P frame
        [warning] file:bad.mp4: corrupt decoded frame in stream 0
        [Parsed_showinfo_3 @ 0x564a37d17700] [info] n:   2 pts:   5120 pts_time:0.333333 pos:    25322 fmt:rgb24 sar:1/1 s:160x120 i:P iskey:0 type:P
        [Parsed_showinfo_3 @ 0x564a37d17700] [info] n:   3 pts:   8192 pts_time:0.533333 pos:    37868 fmt:rgb24 sar:1/1 s:160x120 i:P iskey:0 type:P
        [h264 @ 0x564a37d667c0] [error] top block unavailable for requested intra mode
        [warning] file:bad.mp4: corrupt decoded frame in stream 0
        [Parsed_showinfo_3 @ 0x564a37d17700] [info] n:   4 pts:  11264 pts_time:0.733333 pos:    50000 fmt:rgb24 sar:1/1 s:160x120 i:P iskey:0 type:P
        [Parsed_showinfo_3 @ 0x564a37d17700] [info] n:   5 pts:  14336 pts_time:0.933333 pos:    60000 fmt:rgb24 sar:1/1 s:160x120 i:P iskey:0 type:P

        """;

    /// <summary>The decoder is ahead: both damaged pictures are reported before the line of the first frame.</summary>
    private const string New = """
        [graph -1 input from stream 0:0 @ 0x7fa130010100] [verbose] w:320 h:240 pixfmt:yuv420p tb:1/15360 fr:15/1 sar:1/1 csp:unknown range:unknown
        [vist#0:0/h264 @ 0x55558fbde440] [dec:h264 @ 0x55558fc1dd40] [info] decoder -> pts:0 pts_time:0 pkt_dts:0 pkt_dts_time:0 duration:1024 duration_time:0.0666667 keyframe:1 frame_type:1 time_base:1/15360
        [h264 @ 0x55558fc07b80] [error] P sub_mb_type 13 out of range at 9 0
        [vist#0:0/h264 @ 0x55558fbde440] [dec:h264 @ 0x55558fc1dd40] [warning] corrupt decoded frame
        [Parsed_showinfo_3 @ 0x7fc55000fd40] [info] config in time_base: 1/15360, frame_rate: 15/1
        [vist#0:0/h264 @ 0x55558fbde440] [dec:h264 @ 0x55558fc1dd40] [info] decoder -> pts:5120 pts_time:0.333333 pkt_dts:5120 pkt_dts_time:0.333333 duration:1024 duration_time:0.0666667 keyframe:0 frame_type:2 time_base:1/15360
        [vist#0:0/h264 @ 0x55558fbde440] [dec:h264 @ 0x55558fc1dd40] [warning] corrupt decoded frame
        [vist#0:0/h264 @ 0x55558fbde440] [dec:h264 @ 0x55558fc1dd40] [info] decoder -> pts:10240 pts_time:0.666667 pkt_dts:10240 pkt_dts_time:0.666667 duration:1024 duration_time:0.0666667 keyframe:0 frame_type:2 time_base:1/15360
        [Parsed_showinfo_3 @ 0x7fc55000fd40] [info] n:   0 pts:      0 pts_time:0       duration:   1024 duration_time:0.0666667 fmt:rgb24 cl:left sar:1/1 s:160x120 i:P iskey:1 type:I
        [Parsed_showinfo_3 @ 0x7fc55000fd40] [info] n:   1 pts:   2048 pts_time:0.133333 duration:   1024 duration_time:0.0666667 fmt:rgb24 cl:left sar:1/1 s:160x120 i:P iskey:0 type:P
        [Parsed_showinfo_3 @ 0x7fc55000fd40] [info] n:   2 pts:   5120 pts_time:0.333333 duration:   1024 duration_time:0.0666667 fmt:rgb24 cl:left sar:1/1 s:160x120 i:P iskey:0 type:P
        [Parsed_showinfo_3 @ 0x7fc55000fd40] [info] n:   3 pts:   8192 pts_time:0.533333 duration:   1024 duration_time:0.0666667 fmt:rgb24 cl:left sar:1/1 s:160x120 i:P iskey:0 type:P
        [Parsed_showinfo_3 @ 0x7fc55000fd40] [info] n:   4 pts:  11264 pts_time:0.733333 duration:   1024 duration_time:0.0666667 fmt:rgb24 cl:left sar:1/1 s:160x120 i:P iskey:0 type:P
        [Parsed_showinfo_3 @ 0x7fc55000fd40] [info] n:   5 pts:  14336 pts_time:0.933333 duration:   1024 duration_time:0.0666667 fmt:rgb24 cl:left sar:1/1 s:160x120 i:P iskey:0 type:P

        """;

    private readonly FakeTimeProvider _time = new();

    private FfmpegLog Read(string text, bool decodesAhead)
    {
        var log = new FfmpegLog(static t => t, null, _time, decodesAhead);
        log.Drain(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        return log;
    }

    private static FrameNote[] Notes(FfmpegLog log, int count) => [.. Enumerable.Range(0, count).Select(i => log.Notes.TryTake(i, out var note) ? note : throw new InvalidOperationException($"no note {i}"))];

    [Theory]
    [InlineData("4.3.7, 5.1.9", false)]
    [InlineData("7.1.5", true)]
    [InlineData("9.0.2", true)]
    public void DamagedPictures_AreTiedToTheirFrames(string version, bool decodesAhead)
    {
        var text = !decodesAhead ? Old : version == "9.0.2" ? New.Replace("range:unknown", "range:unknown alpha:unspecified", StringComparison.Ordinal) : New;
        var log = Read(Mapping + text, decodesAhead);
        var notes = Notes(log, 6);
        Assert.Equal(2, log.DamagedPictures);
        Assert.Equal([false, false, true, false, true, false], notes.Select(static n => n.Fault == FrameFault.Damaged));
        Assert.Equal([0, 2048, 5120, 8192, 11264, 14336], notes.Select(static n => (int)Math.Round(n.Seconds * 15360)));
        Assert.Equal("h264", log.Decoder);
        Assert.True(log.DecoderKnown.IsCompleted);
    }

    [Theory]
    [InlineData("[dec:h264 @ 0x55558fc1dd40] [warning] corrupt decoded frame")]
    [InlineData("[dec:h264 @ 0x55558fc1dd40] [info] decoder -> pts:5120 pts_time:0.333333")]
    public void LineOfTheDecoder_ThatEndsALineOfTheFilter_IsRead(string message)
    {
        // The filter writes its line in two steps, and another thread may write between them.
        var (before, after) = (New[..New.IndexOf(message, StringComparison.Ordinal)], New[New.IndexOf(message, StringComparison.Ordinal)..]);
        const string Filter = "[Parsed_showinfo_3 @ 0x7fc55000fd40] [info] color_range:pc color_space:gbr";
        var log = Read(Mapping + before[..(before.LastIndexOf('\n') + 1)] + Filter + before[(before.LastIndexOf('\n') + 1)..] + after, decodesAhead: true);
        Assert.Equal([false, false, true, false, true, false], Notes(log, 6).Select(static n => n.Fault == FrameFault.Damaged));
        Assert.Equal(2, log.DamagedPictures);
    }

    [Theory]
    [InlineData("[graph 0 input from stream 0:0 @ 0x5562925c0280] [verbose] w:{0} pixfmt:yuv420p tb:1/1000 fr:15/1 sar:{1}", "4.3.7, 5.1.9")]
    [InlineData("[graph -1 input from stream 0:0 @ 0x7fa130010100] [verbose] w:{0} pixfmt:yuv420p tb:1/1000 fr:15/1 sar:{1} csp:unknown range:unknown", "7.1.5")]
    [InlineData("[graph -1 input from stream 0:0 @ 0x7f78a0010140] [verbose] w:{0} pixfmt:yuv420p tb:1/1000 fr:15/1 sar:{1} csp:unknown range:unknown alpha:unspecified", "9.0.2")]
    public void OtherShape_IsSeenWithItsTime(string line, string version)
    {
        string Graph(string size, string aspect) => line.Replace("{0}", size, StringComparison.Ordinal).Replace("{1}", aspect, StringComparison.Ordinal) + "\n";
        const string Config = "[Parsed_showinfo_2 @ 0x1] [info] config in time_base: 1/1000, frame_rate: 15/1\n";
        static string Frame(int ms) => $"[Parsed_showinfo_2 @ 0x1] [info] n:   0 pts:   {ms} pts_time:{ms / 1000.0} fmt:rgb24\n";
        var first = Graph("320 h:240", "1/1") + Config + Frame(0) + Frame(67);
        foreach (var (size, aspect, shape) in ((string, string, PictureShape)[])
        [
            ("640 h:480", "1/1", new PictureShape(640, 480, 1)), ("240 h:320", "1/1", new PictureShape(240, 320, 1)), ("320 h:240", "4/3", new PictureShape(320, 240, 4 / 3.0)),
        ])
        {
            var log = Read(first + Graph(size, aspect) + Config + Frame(134) + Frame(201), decodesAhead: false);
            Assert.Equal([FrameFault.None, FrameFault.None, FrameFault.OtherSize, FrameFault.OtherSize], Notes(log, 4).Select(static n => n.Fault));
            Assert.Equal((0.134, shape), log.Change);
        }
        Assert.False(Read(first + Graph("320 h:240", "1/1") + Config + Frame(134), decodesAhead: false).SizeChanged, version);
        // Skipped pictures of another shape are none of the recording's.
        var resumed = new FfmpegLog(static t => t, null, _time) { Expected = new PictureShape(640, 480, 1) };
        resumed.Drain(new MemoryStream(Encoding.UTF8.GetBytes(Graph("320 h:240", "1/1") + Config + Graph("640 h:480", "1/1") + Config + Frame(134))));
        Assert.False(resumed.SizeChanged);
    }

    [Theory]
    [InlineData("[info] demuxer -> ist_index:0 type:video next_dts:66667 next_dts_time:0.066667 pkt_pts:1024 pkt_pts_time:0.0666667", true)] // 4.3.7, 5.1.9
    [InlineData("[vist#0:0/h264 @ 0x55558fbde440] [info] demuxer -> ist_index:0:0 type:video pkt_pts:1024 pkt_pts_time:0.0666667", true)] // 7.1.5, 9.0.2
    [InlineData("[info] demuxer -> ist_index:1 type:audio next_dts:66667 next_dts_time:0.066667 pkt_pts:1024 pkt_pts_time:0.0666667", false)]
    [InlineData("[info] demuxer+ffmpeg -> ist_index:0 type:video pkt_pts:1024 pkt_pts_time:0.0666667", false)]
    [InlineData("[info] muxer <- type:video pkt_pts:0 pkt_pts_time:0 size:57600", false)]
    public void PacketsOfVideo_AreASignOfLife(string line, bool alive)
    {
        var log = Read(line + "\n", decodesAhead: false);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(alive ? TimeSpan.FromSeconds(2) : null, log.PacketAge);
        Assert.Empty(log.Tail());
    }
}
