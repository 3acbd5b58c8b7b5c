using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

public sealed class SubStreamTests
{
    [Theory]
    [InlineData("rtsp://cam/Streaming/Channels/101", "rtsp://cam/Streaming/Channels/102")]
    [InlineData("rtsp://cam/Streaming/Channels/1601?transportmode=unicast", "rtsp://cam/Streaming/Channels/1602?transportmode=unicast")]
    [InlineData("rtsp://cam:554/cam/realmonitor?channel=1&subtype=0", "rtsp://cam:554/cam/realmonitor?channel=1&subtype=1")]
    [InlineData("rtsp://cam/h264Preview_01_main", "rtsp://cam/h264Preview_01_sub")]
    [InlineData("rtsp://cam/live/main", "rtsp://cam/live/sub")]
    [InlineData("rtsp://cam/videoMain", "rtsp://cam/videoSub")]
    [InlineData("rtsp://cam/stream1", "rtsp://cam/stream2")]
    [InlineData("rtsp://cam/media/video1", "rtsp://cam/media/video2")]
    [InlineData("rtsp://cam/live/ch00_0", "rtsp://cam/live/ch00_1")]
    [InlineData("rtsp://cam/ch0_0.h264", "rtsp://cam/ch0_1.h264")]
    [InlineData("rtsp://cam/11", "rtsp://cam/12")]
    [InlineData("rtsp://cam/stream2", null)]
    [InlineData("rtsp://cam/Streaming/Channels/102", null)]
    [InlineData("rtsp://main/x", null)] // a host, not a stream
    [InlineData("rtsp://stream1/x", null)]
    [InlineData("rtsp://cam/", null)]
    public void Guess_FollowsThePatternsOfTheMakers(string url, string? small) => Assert.Equal(small, SubStream.Guess(url));

    [Theory]
    [InlineData("RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm=\"Front door\", nonce=\"x\"\r\n\r\n", "Front door")]
    [InlineData("HTTP/1.1 401 x\r\nwww-authenticate: basic realm=\"\u001b[31mcam\u0007\"\r\n\r\n", "cam")]
    [InlineData("RTSP/1.0 401 x\r\nX: realm=\"no\"\r\n\r\n", "")]
    [InlineData("RTSP/1.0 200 OK\r\n\r\n", "")]
    [InlineData("", "")]
    public void Realm_IsReadFromTheChallengeWithoutControlCharacters(string head, string realm) => Assert.Equal(realm, AuthChallenge.Realm(head));

    [Fact]
    public void Realm_OfEndlessLength_IsCut() => Assert.Equal(100, AuthChallenge.Realm($"WWW-Authenticate: Basic realm=\"{new string('x', 5000)}\"\r\n").Length);
}
