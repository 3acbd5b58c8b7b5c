using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

public sealed class SourceAnswerTests
{
    private static string? Explain(string text) => SourceAnswer.Parse(text.ReplaceLineEndings("\r\n"))?.Explain();

    [Theory]
    [InlineData("HTTP/1.1 302 Found\nLocation: https://cam.lan/video?token=abc\n\n", "redirects to https://cam.lan/video?***; write that address")]
    [InlineData("HTTP/1.1 301 Moved\nlocation:  http://bob:geheim@cam.lan/x\n\n", "redirects to http://***@cam.lan/x")]
    [InlineData("RTSP/1.0 302 Moved\nCSeq: 1\nLocation: rtsp://other.lan/x\n\n", "redirects to rtsp://other.lan/x")]
    [InlineData("HTTP/1.0 200 OK\nContent-Type: text/html; charset=utf-8\n\n<html>", "a web page, no video")]
    [InlineData("RTSP/1.0 401 Unauthorized\nWWW-Authenticate: Digest realm=\"IP Camera\", nonce=\"6f\", algorithm=SHA-256\n\n", "Digest with SHA-256, which ffmpeg cannot do")]
    [InlineData("HTTP/1.1 401 Unauthorized\nwww-authenticate: Digest realm=\"x\",nonce=\"6f\",algorithm=\"SHA-512-256\"\n\n", "Digest with SHA-512-256")]
    // ffmpeg answers the last Digest challenge.
    [InlineData("RTSP/1.0 401 x\nWWW-Authenticate: Digest realm=\"x\", algorithm=MD5\nWWW-Authenticate: Digest realm=\"x\", algorithm=SHA-256\n\n", "Digest with SHA-256")]
    [InlineData("RTSP/1.0 401 x\nWWW-Authenticate: Digest realm=\"x\", algorithm=SHA-256\nWWW-Authenticate: Basic realm=\"x\"\n\n", "Digest with SHA-256")]
    [InlineData("RTSP/1.0 200 OK\nContent-Type: application/sdp\n\nv=0\ns=x\nm=audio 0 RTP/AVP 97\na=rtpmap:97 OPUS/48000\nm=video 0 RTP/AVP 96\nb=AS:5\na=rtpmap:96 AV1/90000\n", "the source sends AV1")]
    [InlineData("RTSP/1.0 200 OK\nContent-Type: application/sdp\n\nv=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H266/90000\n", "set the camera to H.264 or H.265")]
    public void WhatTheSourceSays_ExplainsTheFailure(string text, string expected) => Assert.Contains(expected, Explain(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("RTSP/1.0 401 x\nWWW-Authenticate: Digest realm=\"x\", nonce=\"1\"\n\n")] // MD5 without saying so: the password is wrong
    [InlineData("RTSP/1.0 401 x\nWWW-Authenticate: Digest realm=\"x\", algorithm=SHA-256\nWWW-Authenticate: Digest realm=\"x\", algorithm=MD5\n\n")]
    [InlineData("RTSP/1.0 401 x\nWWW-Authenticate: Digest realm=\"algorithm=SHA-256\", algorithm=MD5-sess\n\n")]
    [InlineData("RTSP/1.0 401 x\nWWW-Authenticate: Basic realm=\"x\"\n\n")]
    [InlineData("RTSP/1.0 200 OK\nContent-Type: application/sdp\n\nv=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\n")]
    [InlineData("RTSP/1.0 200 OK\nContent-Type: application/sdp\n\nv=0\nm=video 0 RTP/AVP 26\nm=audio 0 RTP/AVP 97\na=rtpmap:97 OPUS/48000\n")] // JPEG has a fixed number
    [InlineData("HTTP/1.0 200 OK\nContent-Type: video/mp4\n\n")]
    [InlineData("HTTP/1.1 302 Found\n\n")]
    [InlineData("garbage")]
    [InlineData("")]
    public void WhatExplainsNothing_IsNotTold(string text) => Assert.Null(Explain(text));

    [Fact]
    public void ControlCharacters_DoNotReachTheOperator() =>
        Assert.DoesNotContain(Explain("HTTP/1.1 302 x\nLocation: https://cam/\u001b[31mx\u0007\n\n")!, char.IsControl);
}
