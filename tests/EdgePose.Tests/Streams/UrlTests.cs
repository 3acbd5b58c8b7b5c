using EdgePose.Tests.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Streams;
using static EdgePose.Tests.Service.Configuration.Loading;

namespace EdgePose.Tests.Streams;

public sealed class UrlTests
{
    [Theory]
    [InlineData("rtsp://cam/stream", "rtsp://cam/stream")]
    [InlineData("RTSPS://Cam.LAN:322/a?b=c", "rtsps://cam.lan:322/a?b=c")]
    [InlineData("http://[fe80::1%eth0]:8080/mjpeg", "http://[fe80::1%eth0]:8080/mjpeg")]
    [InlineData("https://h/live/index.m3u8", "https://h/live/index.m3u8")]
    [InlineData("/srv/clips/a b.mp4", "/srv/clips/a b.mp4")]
    [InlineData("./odd:name.mp4", "/base/odd:name.mp4")]
    [InlineData("/dev/video0", "/dev/video0")]
    [InlineData("/dev/v4l/by-id/usb-046d_HD-video-index0", "/dev/v4l/by-id/usb-046d_HD-video-index0")]
    public void Parse_AllowedSource_IsAccepted(string text, string expected)
    {
        var url = StreamUrl.Parse(text, p => Path.GetFullPath(p, "/base"), out var problem);
        Assert.Equal("", problem);
        Assert.Equal(expected, url!.Url);
    }

    [Theory]
    [InlineData("")]
    [InlineData("file:///etc/passwd")]
    [InlineData("file:x.mp4")]
    [InlineData("concat:a|b")]
    [InlineData("subfile,,start,0,end,9,,:/etc/passwd")]
    [InlineData("crypto:x")]
    [InlineData("data:text/plain,x")]
    [InlineData("tcp://h:1")]
    [InlineData("ftp://h/x")]
    [InlineData("-i")]
    [InlineData("--help")]
    [InlineData("rtsp://h/a\nfile '/etc/passwd'")]
    [InlineData("rtsp://h/a\rb")]
    [InlineData("rtsp://h/a\0b")]
    [InlineData("rtsp://h/a'b")]
    [InlineData("rtsp://h/a\"b")]
    [InlineData("rtsp://h/a b")]
    [InlineData("rtsp://h/\u2028")]
    [InlineData("rtsp:///path")]
    [InlineData("rtsp://h:0/")]
    [InlineData("rtsp://h:65536/")]
    [InlineData("rtsp://h:a/")]
    [InlineData("rtsp://u:p@/x")]
    [InlineData("rtsp:h/x")]
    [InlineData("rtsp://u:a%0ab@h/x")]
    [InlineData("/dev/mem")]
    [InlineData("/dev/../dev/sda")]
    [InlineData("/proc/self/environ")]
    [InlineData("dir/it's.mp4")]
    public void Parse_TrickOrMistake_IsRefusedWithoutQuotingIt(string text)
    {
        Assert.Null(StreamUrl.Parse(text, p => Path.GetFullPath(p, "/base"), out var problem));
        Assert.NotEqual("", problem);
        Assert.DoesNotContain("passwd", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_LongerThanTwoKilobytes_IsRefused()
    {
        Assert.NotNull(StreamUrl.Parse("rtsp://h/" + new string('a', 2039), p => p, out _));
        Assert.Null(StreamUrl.Parse("rtsp://h/" + new string('a', 2040), p => p, out _));
    }

    [Fact]
    public void Load_UserInfoInStreamUrl_IsSplitOffDecodedAndWarnedAbout()
    {
        var result = Load("streams:\n  a: rtsp://view%65r:p%40ss:w%2Ford@cam:554/s?x=1\n");
        var s = result.Config!.Streams[0].Source;
        Assert.Equal(("rtsp://cam:554/s?x=1", "viewer", "p@ss:w/ord"), (s.Url, s.User, s.Password!.Reveal()));
        Assert.Equal(["2:6  streams.a.url: literal secret in the file; move it to ${credential:NAME}, password_file or ${env:NAME}  [warning]"], Lines(result));
        Assert.Equal(["p%40ss:w%2Ford", "p@ss:w/ord"], result.Config.Secrets.Select(x => x.Reveal()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Load_ReferenceInsideUrl_IsResolvedWithoutAWarning()
    {
        var result = Load("streams: { a: 'rtsp://u:${env:CAM}@cam/s' }", new Dictionary<string, string> { ["CAM"] = "from-env" });
        Assert.Empty(result.Problems);
        Assert.Equal("from-env", result.Config!.Streams[0].Source.Password!.Reveal());
    }

    [Fact]
    public void Load_TokenInQuery_IsKnownToTheRedactorAndWarnedAbout()
    {
        var result = Load("streams: { a: 'http://cam/v.cgi?user=admin&pwd=tok%21en' }");
        Assert.Contains("literal secret in the query", Texts(result), StringComparison.Ordinal);
        Assert.Equal(["tok%21en", "tok!en"], result.Config!.Secrets.Select(x => x.Reveal()));
    }

    [Fact]
    public void Load_SlashInPassword_IsExplainedWithoutShowingIt()
    {
        var texts = Texts(Load("streams: { a: 'rtsp://u:CANARY/x@cam/s' }"));
        Assert.Contains("write / as %2F", texts, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", texts, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqtt://localhost", null)]
    [InlineData("mqtt://127.8.8.8:1", null)]
    [InlineData("mqtt://[::1]", null)]
    [InlineData("mqtts://broker.lan/", null)]
    [InlineData("mqtt://broker.lan", "plaintext to a broker on the network; write mqtts://, or accept it with insecure: true")]
    [InlineData("mqtt://127.0.0.1.evil.example", "plaintext")]
    [InlineData("broker.lan", "expected mqtts://host or mqtt://host; did you mean \"mqtts://broker.lan\"?")]
    [InlineData("tcp://broker.lan", "the scheme must be mqtt:// or mqtts://")]
    [InlineData("mqtts://broker.lan/topic", "a broker's URL ends after host and port")]
    [InlineData("wss://broker.lan", null)]
    [InlineData("wss://broker.lan:8084/mqtt", null)]
    [InlineData("ws://localhost:9001/mqtt", null)]
    [InlineData("ws://broker.lan:9001/mqtt", "plaintext to a broker on the network; write wss://, or accept it with insecure: true")]
    [InlineData("wss://broker.lan/mqtt?token=canary", "a WebSocket's URL ends after its path")]
    [InlineData("wss://broker.lan/mqtt#part", "a WebSocket's URL ends after its path")]
    public void Load_BrokerUrl_IsChecked(string url, string? problem)
    {
        var result = Load($"mqtt: {{ url: \"{url}\" }}\nstreams: {{ a: x.mp4 }}");
        if (problem is null) { Assert.Empty(result.Problems); }
        else { Assert.Contains(problem, Texts(result), StringComparison.Ordinal); }
    }

    [Theory]
    [InlineData("mqtt://localhost", 1883, false, null)]
    [InlineData("mqtts://broker.lan/", 8883, true, null)]
    [InlineData("ws://localhost", 80, false, "/")]
    [InlineData("ws://localhost:9001/mqtt", 9001, false, "/mqtt")]
    [InlineData("wss://broker.lan/a/b", 443, true, "/a/b")]
    public void Load_BrokerUrl_SaysHowToConnect(string url, int port, bool tls, string? path)
    {
        var mqtt = Load($"mqtt: {{ url: \"{url}\" }}\nstreams: {{ a: x.mp4 }}").Config!.Mqtt;
        Assert.Equal((port, tls, path), (mqtt.Port, mqtt.Tls, mqtt.WebSocketPath));
    }

    [Fact]
    public void Load_InsecureBroker_IsAcceptedWhenWrittenOut()
    {
        var c = Good("mqtt: { url: mqtt://u:secret@broker.lan, insecure: true }\nstreams: { a: x.mp4 }");
        Assert.Equal(("broker.lan", "u", "secret", true), (c.Mqtt.Host, c.Mqtt.User, c.Mqtt.Password!.Reveal(), c.Mqtt.Insecure));
    }

    [Fact]
    public void Load_HalfAClientCertificate_IsAnError() =>
        Assert.Contains("mqtt.cert_file: cert_file and key_file go together", Texts(Load("mqtt: { url: mqtts://h, cert_file: c.pem }\nstreams: { a: x.mp4 }")), StringComparison.Ordinal);
}
