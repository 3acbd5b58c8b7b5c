using EdgePose.Domain;
using EdgePose.Service;

namespace EdgePose.Tests.Service;

public sealed class RedactorTests
{
    private static Redactor Knowing(params string[] secrets)
    {
        var redactor = new Redactor();
        redactor.Register(secrets.Select(s => new Secret(s)));
        return redactor;
    }

    [Theory]
    [InlineData("rtsp://viewer:hunter2@cam/stream", "rtsp://***@cam/stream")]
    [InlineData("rtsp://viewer@cam/stream", "rtsp://***@cam/stream")]
    [InlineData("rtsp://u:p@ss@cam:554/stream", "rtsp://***@cam:554/stream")]
    [InlineData("rtsp://u:a@b@c@cam", "rtsp://***@cam")]
    [InlineData("rtsp://u:pa/ss@cam/stream", "rtsp://***@cam/stream")]
    [InlineData("a mqtts://u:p@b:8883 and http://x:y@z/ too", "a mqtts://***@b:8883 and http://***@z/ too")]
    [InlineData("'rtsp://u:p@cam' \"http://u:p@cam\"", "'rtsp://***@cam' \"http://***@cam\"")]
    [InlineData("rtsp://cam:554/a mail to b@c", "rtsp://cam:554/a mail to b@c")]
    [InlineData("rtsp://cam/stream@2", "rtsp://cam/stream@2")]
    [InlineData("rtsp://[fe80::1]/x", "rtsp://[fe80::1]/x")]
    [InlineData("no address, only 17:00@home", "no address, only 17:00@home")]
    [InlineData("://u:p@x", "://u:p@x")]
    [InlineData("", "")]
    public void Redact_UserInfoOfUrls_IsMaskedWithoutKnowingIt(string text, string expected) =>
        Assert.Equal(expected, new Redactor().Redact(text));

    [Theory]
    [InlineData("hunter2", "the password hunter2 is wrong", "the password *** is wrong")]
    [InlineData("p@ss/wörd", "token=p%40ss%2Fw%C3%B6rd;", "token=***;")]
    [InlineData("p@ss/wörd", "token=p%40ss%2fw%c3%b6rd;", "token=***;")]
    [InlineData("say \"hi\"\\now", "{\"m\":\"x say \\\"hi\\\"\\\\now y\"}", "{\"m\":\"x *** y\"}")]
    [InlineData("a&b<c>ü", "{\"m\":\"a\\u0026b\\u003Cc\\u003E\\u00FC\"}", "{\"m\":\"***\"}")]
    public void Redact_RegisteredSecret_IsMaskedInEachOfItsForms(string secret, string text, string expected) =>
        Assert.Equal(expected, Knowing(secret).Redact(text));

    [Fact]
    public void Redact_SecretInsideAnother_LeavesNothingOfTheLonger() =>
        Assert.Equal("[***] [***]", Knowing("abc", "abcdef").Redact("[abcdef] [abc]"));

    [Fact]
    public void Register_Twice_KeepsTheFormerSecrets()
    {
        var redactor = Knowing("first-secret");
        redactor.Register([new Secret("second-secret")]);
        Assert.Equal("*** ***", redactor.Redact("first-secret second-secret"));
    }

    [Fact]
    public void Register_VeryShortSecret_DoesNotMaskOrdinaryText() => Assert.Equal("a camera", Knowing("a", "").Redact("a camera"));

    [Theory]
    [InlineData('a', "")]
    [InlineData('a', "://")]
    [InlineData('@', "://")]
    [InlineData(':', "x://u:p/")]
    [InlineData('/', "x:")]
    public async Task Redact_LongText_EndsSoon(char filler, string prefix)
    {
        // In square time this takes minutes.
        var limit = TimeSpan.FromSeconds(60);
        var text = prefix + new string(filler, 1_000_000) + " x://u:hunter2@cam";
        Assert.DoesNotContain("hunter2", await Task.Run(() => new Redactor().Redact(text)).WaitAsync(limit), StringComparison.Ordinal);
        var schemes = string.Concat(Enumerable.Repeat("a://", 100_000)) + "u:hunter2@cam";
        Assert.DoesNotContain("hunter2", await Task.Run(() => new Redactor().Redact(schemes)).WaitAsync(limit), StringComparison.Ordinal);
    }
}
