using EdgePose.Streams;
using EdgePose.Workshop.Probe;

namespace EdgePose.Tests.Workshop.Probe;

public sealed class SourceAdviceTests
{
    private static readonly SourceSettings Camera = new() { Stream = "front", Url = "rtsp://cam/stream1" };

    private static readonly SourceReport Good = new()
    {
        Url = Camera.Url, State = "online", Reason = "", Codec = "h264", Width = 1920, Height = 1080, FpsAnnounced = 25, FpsMeasured = 24.8, Frames = 250,
        Gop = 50, GopSeconds = 2, JitterMs = 20,
    };

    private static SourceReport Complete(SourceReport r, SourceSettings? source = null, (string, StreamFormat)? small = null, string? link = null) =>
        SourceAdvice.Complete(r, source ?? Camera, small, link);

    [Fact]
    public void GoodCamera_NeedsNoAdvice()
    {
        var r = Complete(Good);
        Assert.Empty(r.Advice);
        Assert.Equal(("tcp", 5.0), (r.Transport, r.SuggestedFps));
        Assert.Equal("streams:\n  front:\n    url: \"rtsp://cam/stream1\"\n    fps: 5\n", r.Yaml);
    }

    [Theory]
    [InlineData(3.2, 3)]
    [InlineData(0.3, 1)]
    [InlineData(100, 5)]
    [InlineData(0, 5)] // not measured: as announced
    public void Fps_IsWhatTheSourceHasAndAtMostFive(double measured, double suggested) =>
        Assert.Equal(suggested, Complete(Good with { FpsMeasured = measured }).SuggestedFps);

    [Fact]
    public void LossOverUdp_SuggestsTcp_AndNoLossKeepsUdp()
    {
        var udp = Camera with { Transport = SourceTransport.Udp };
        Assert.Equal("udp", Complete(Good, udp).Transport);
        var lossy = Complete(Good with { PacketsLost = 3 }, udp);
        Assert.Equal("tcp", lossy.Transport);
        Assert.Contains("TCP", Assert.Single(lossy.Advice), StringComparison.Ordinal);
        Assert.DoesNotContain("udp", lossy.Yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void SmallerStream_IsInTheBlock()
    {
        var r = Complete(Good, small: ("rtsp://cam/stream2", new StreamFormat(0, "h264", "", 640, 360, 0, 15, "", null)));
        Assert.Contains("    substream: \"rtsp://cam/stream2\"\n", r.Yaml, StringComparison.Ordinal);
        Assert.Contains("640x360", Assert.Single(r.Advice), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(180, "180 ms old")]
    [InlineData(-7_200_000, "7200 s ahead of")]
    [InlineData(61_000, "61 s behind")]
    public void CameraClock_IsDelayOrSkew(double lag, string text) => Assert.Contains(text, Assert.Single(Complete(Good with { CameraLagMs = lag }).Advice), StringComparison.Ordinal);

    [Fact]
    public void WrongRateLongGroupAndJitter_AreSaid()
    {
        var r = Complete(Good with { FpsMeasured = 12, GopSeconds = 10, JitterMs = 900 });
        Assert.Equal(3, r.Advice.Count);
    }

    [Fact]
    public void UsbCamera_IsNamedByItself()
    {
        var r = Complete(Good with { Url = "/dev/video0" }, Camera with { Url = "/dev/video0" }, link: "/dev/v4l/by-id/usb-x-index0");
        Assert.Contains("url: \"/dev/v4l/by-id/usb-x-index0\"", r.Yaml, StringComparison.Ordinal);
        Assert.Equal("", r.Transport);
    }
}
