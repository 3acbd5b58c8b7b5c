using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

public sealed class SourceUrlTests
{
    [Theory]
    [InlineData("rtsp://cam.lan/stream2")]
    [InlineData("rtsps://[fe80::1]:322/live?channel=1&subtype=0")]
    [InlineData("http://127.0.0.1:8080/mjpeg")]
    [InlineData("https://cam.lan/live.m3u8")]
    [InlineData("/dev/video0")]
    [InlineData("/dev/v4l/by-id/usb-cam-index0")]
    [InlineData("clips/a b.mp4")]
    [InlineData("./odd:name.mp4")]
    public void Problem_GoodAddress_IsNull(string url) => Assert.Null(SourceUrl.Problem(url));

    [Theory]
    [InlineData("", "empty")]
    [InlineData("-i", "'-'")]
    [InlineData("file:/etc/passwd", "scheme 'file:'")]
    [InlineData("concat:a|b", "scheme 'concat:'")]
    [InlineData("subfile,,start,0,end,9,,:/etc/passwd", null)]
    [InlineData("FILE:///etc/passwd", "scheme 'FILE:'")]
    [InlineData("pipe:0", "scheme 'pipe:'")]
    [InlineData("rtsp:cam", "scheme 'rtsp:'")]
    [InlineData("ftp://cam/x", "scheme 'ftp:'")]
    [InlineData("rtsp://cam/x'\noption foo", "character")]
    [InlineData("rtsp://cam/x\noption foo", "line break")]
    [InlineData("rtsp://cam/x\u2028y", "line break")]
    [InlineData("rtsp://cam/x\0", "control character")]
    [InlineData("rtsp://cam/it's", "character '")]
    [InlineData("rtsp://cam/a\\b", "character \\")]
    [InlineData("rtsp://cam/a b", "space")]
    [InlineData("rtsp://user:pw@cam/x", "user or password")]
    [InlineData("rtsp://user@cam/x", "user or password")]
    [InlineData("rtsp:///x", "host")]
    [InlineData("/dev/mem", "device other")]
    public void Problem_BadAddress_SaysWhy(string url, string? why)
    {
        var problem = SourceUrl.Problem(url);
        if (why is null) { Assert.Equal(SourceKind.File, SourceUrl.KindOf(url)); return; } // harmless: it becomes file:/…, a name
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Problem_FourKilobytes_IsRefused() => Assert.Contains("longer", SourceUrl.Problem("rtsp://cam/" + new string('a', 4096)), StringComparison.Ordinal);

    [Theory]
    [InlineData("rtsp://c/x", SourceKind.Rtsp)]
    [InlineData("HTTPS://c/x", SourceKind.Http)]
    [InlineData("/dev/video12", SourceKind.V4l2)]
    [InlineData("rtsp.mp4", SourceKind.File)]
    internal void KindOf_FollowsTheScheme(string url, SourceKind kind) => Assert.Equal(kind, SourceUrl.KindOf(url));

    [Fact]
    public void WithCredentials_EncodesEverythingThatCouldEndTheScriptLine()
    {
        var url = SourceUrl.WithCredentials("rtsp://cam/x", "us'er", "p@ss/w:rd'\n%");
        Assert.Equal("rtsp://us%27er:p%40ss%2Fw%3Ard%27%0A%25@cam/x", url);
    }

    [Fact]
    public void WithCredentials_WithoutAny_ChangesNothing() => Assert.Equal("rtsp://cam/x", SourceUrl.WithCredentials("rtsp://cam/x", "", null));

    [Theory]
    [InlineData("Impossible to open 'rtsp://bob:pw@cam:554/x'", "Impossible to open 'rtsp://***@cam:554/x'")]
    [InlineData("rtsp://bob:p@ss@cam/x and http://a@b/", "rtsp://***@cam/x and http://***@b/")]
    [InlineData("open http://cam/v?user=a&pwd=b now", "open http://cam/v?*** now")]
    [InlineData("no address: a@b?c", "no address: a@b?c")]
    public void Mask_HidesUserInfoAndQuery(string text, string expected) => Assert.Equal(expected, SourceUrl.Mask(text));
}
