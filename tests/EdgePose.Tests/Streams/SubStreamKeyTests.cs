using EdgePose.Tests.Service.Configuration;

namespace EdgePose.Tests.Streams;

public sealed class SubStreamKeyTests
{
    private const string Head = "mqtt: { url: \"mqtt://localhost\" }\n";

    [Fact]
    public void SubStream_IsReadWithTheOtherNewKeys()
    {
        var stream = Loading.Good(Head + "streams: { front: { url: rtsp://cam/stream1, substream: rtsp://cam/stream2, discard_corrupt: true, camera_time: true } }").Streams[0].Source;
        Assert.Equal(("rtsp://cam/stream1", "rtsp://cam/stream2", true, true), (stream.Url, stream.SubStream, stream.DiscardCorrupt, stream.CameraTime));
        Assert.Equal("", Loading.Good(Head + "streams: { front: rtsp://cam/stream1 }").Streams[0].Source.SubStream);
    }

    [Theory]
    [InlineData("rtsp://cam/a", "rtsp://bob:canary@cam/b", "user and password are those of url")]
    [InlineData("rtsp://cam/a", "b.mp4", "rtsp:// or http:// address")]
    [InlineData("rtsp://cam/a", "concat:/etc/passwd", "are allowed")]
    [InlineData("clip.mp4", "rtsp://cam/b", "only an rtsp:// or http:// source has one")]
    public void SubStream_ThatIsNone_IsRefusedWithoutQuotingIt(string url, string substream, string expected)
    {
        var text = Loading.Texts(Loading.Load($"{Head}streams: {{ front: {{ url: \"{url}\", substream: \"{substream}\" }} }}"));
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }

    [Fact]
    public void CameraTime_OfAFile_IsAWarning() =>
        Assert.Contains("camera_time", Loading.Texts(Loading.Load(Head + "streams: { front: { url: http://cam/video, camera_time: true } }")), StringComparison.Ordinal);
}
