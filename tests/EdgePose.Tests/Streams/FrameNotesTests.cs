using System.Globalization;
using System.Text;
using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

/// <summary>The lines are those of ffmpeg 5.1.9.</summary>
public sealed class FrameNotesTests
{
    private const string Decoder = "[info]   Stream #0:0 -> #0:0 (h264 (native) -> rawvideo (native))\n";

    private readonly FakeTimeProvider _time = new();
    private readonly FfmpegLog _log;

    public FrameNotesTests() => _log = new FfmpegLog(static t => t, null, _time);

    private void Read(string text) => _log.Drain(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private static string Line(int n, string time) =>
        $"[Parsed_showinfo_3 @ 0x5562eb20c980] [info] n:{n} pts:  {Ticks(time)} pts_time:{time} pos:       -1 fmt:rgb24 sar:1/1 s:160x120 i:P iskey:0 type:P\n";

    private static string Ticks(string time) => time == "NOPTS" ? time : Math.Round(double.Parse(time, CultureInfo.InvariantCulture) * 90_000).ToString(CultureInfo.InvariantCulture);

    [Fact]
    public void FrameLines_TellTheTimeExactly_AlsoAfterHours()
    {
        // The time in seconds is rounded to six digits; the ticks are not.
        Read("[Parsed_showinfo_3 @ 0x1] [info] config in time_base: 1/90000, frame_rate: 15/1\n[Parsed_showinfo_3 @ 0x1] [info] n:0 pts:3600006000 pts_time:40000.1 fmt:rgb24\n");
        Assert.True(_log.Notes.TryTake(0, out var note));
        Assert.Equal(40_000 + (1 / 15.0), note.Seconds, 9);
    }

    [Fact]
    public void FrameLines_BecomeNotesInTheirOrder()
    {
        Read("[Parsed_showinfo_3 @ 0x1] [info] config in time_base: 1/90000, frame_rate: 15/1\n" + Line(0, "0") + "[Parsed_showinfo_3 @ 0x1] [info] color_range:pc color_space:gbr\n" + Line(1, "0.0666667") + Line(2, "NOPTS"));
        Assert.True(_log.Notes.TryTake(1, out var second));
        Assert.True(_log.Notes.TryTake(0, out var first));
        Assert.True(_log.Notes.TryTake(2, out var third));
        Assert.Equal((0, 1 / 15.0, FrameFault.None), (first.Seconds, second.Seconds, second.Fault));
        Assert.Equal(double.NaN, third.Seconds);
        Assert.Empty(_log.Tail());
    }

    [Fact]
    public void DamagedPicture_IsTheNextFrameOnly()
    {
        Read(Line(0, "0") + "[warning] pipe:0: corrupt decoded frame in stream 0\n" + Line(1, "1") + Line(2, "2"));
        Assert.Equal([FrameFault.None, FrameFault.Damaged, FrameFault.None], Faults(3));
        Assert.Equal(1, _log.DamagedPictures);
    }

    [Fact]
    public void BurstOfErrors_MarksTheFramesUntilASecondAfterIt()
    {
        Read(Decoder + string.Concat(Enumerable.Repeat("[h264 @ 0x1] [error] no frame!\n", 11)) + Line(0, "0"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Read(Line(1, "1"));
        Assert.Equal([FrameFault.Garbled, FrameFault.None], Faults(2));
    }

    [Fact]
    public void OtherPictureSize_MarksAllFramesThatFollow()
    {
        const string Graph = "[graph 0 input from stream 0:0 @ 0x1] [verbose] w:{0} h:240 pixfmt:yuv420p tb:1/9\n";
        Read(Graph.Replace("{0}", "320", StringComparison.Ordinal) + Line(0, "0") + Graph.Replace("{0}", "640", StringComparison.Ordinal) + Line(1, "1") + Line(2, "2"));
        Assert.Equal([FrameFault.None, FrameFault.OtherSize, FrameFault.OtherSize], Faults(3));
    }

    [Fact]
    public void MissedPackets_AreAddedUp()
    {
        Read("[rtsp @ 0x1] [warning] RTP: missed 3 packets\n[rtsp @ 0x1] [warning] RTP: missed 40 packets\n[rtsp @ 0x1] [warning] RTP: missed 99999999 packets\n");
        Assert.Equal(43, _log.LostPackets);
    }

    [Fact(DisableParallelization = true)]
    public void FrameLines_AllocateNothing()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(static i => Line(i, "12.34"))));
        Assert.InRange(Allocations.OfBestRound(() => _log.Drain(new MemoryStream(text))), 0, 20_000); // its buffers, not 1,000 lines of 130 bytes
    }

    [Fact]
    public async Task Note_ThatComesAfterItsFrame_IsWaitedFor()
    {
        var notes = new FrameNotes(TimeSpan.FromMinutes(1));
        var taking = Task.Run(() => (notes.TryTake(0, out var note), note));
        await Task.Delay(20);
        notes.Add(new FrameNote(1, FrameFault.Damaged));
        Assert.Equal((true, new FrameNote(1, FrameFault.Damaged)), await taking);
    }

    [Fact]
    public async Task NotesThatNeverCome_AreWaitedForOnlyThreeTimes()
    {
        var notes = new FrameNotes(TimeSpan.FromMilliseconds(100));
        var taking = Task.Run(() => Enumerable.Range(0, 2000).Count(i => notes.TryTake(i, out _)));
        Assert.Equal(0, await taking.WaitAsync(TimeSpan.FromSeconds(60))); // with a wait for each it takes 200 s
    }

    private FrameFault[] Faults(int count) => [.. Enumerable.Range(0, count).Select(i => _log.Notes.TryTake(i, out var note) ? note.Fault : throw new InvalidOperationException($"no note {i}"))];
}
