using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgePose.SystemTests.Daemon;

public sealed class F37_BadConfigurationTests
{
    private const string Canary = "c4nary-0f3e";

    // Thirty lines; each comment names the key that must be reported, in the order of the file.
    private const string Bad = $"""
        node: Hall Pi                                   # node
        mqtt:
          url: mqtt://user:{Canary}-1@broker.lan:99999  # mqtt.url
          password: {Canary}-2                          # mqtt.password
          protocol: 4                                   # mqtt.protocol
          keepalive: 30s                                # mqtt.keepalive
        log:
          level: loud                                   # log.level
          format: xml                                   # log.format
        inference:
          threads: many                                 # inference.threads
          provider: cpu                                 # inference.provider
        pose:
          detect_every: 0                               # pose.detect_every
          min_score: 1.5                                # pose.min_score
          max_people: 20.5                              # pose.max_people
        tracking:
          max_lost: 3                                   # tracking.max_lost
        posses:                                         # posses
          max_rate: 5
        streams:
          front:
            url: rtsp://viewer:{Canary}-3@cam.lan/a b   # streams.front.url
            fps: five                                   # streams.front.fps
            transport: quic                             # streams.front.transport
            rotate_deg: 90                              # streams.front.rotate_deg
          Back Door:                                    # streams."Back Door"
            url: rtsp://cam2.lan/1
          side:
            url: concat:a|b                             # streams.side.url
        """;

    [Theory]
    [InlineData("check")]
    [InlineData("run")]
    public async Task BadFile_ReportsEveryErrorWithLineAndColumnAndNoSecret(string verb)
    {
        using var site = new Site();
        site.Write("edgepose.yaml", Bad);
        Assert.Equal(30, Bad.Split('\n').Length);

        var result = await site.RunVerbAsync(verb, "--config", site.ConfigPath);

        Assert.True(result.ExitCode == 3, result.ToString());
        var text = result.Output + "\n" + result.Errors;
        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        var missing = Expected().Where(e => !Regex.IsMatch(text, $@"edgepose\.yaml:{e.Line}:\d+ +{Regex.Escape(e.Key)}: \S")).ToList();
        Assert.True(missing.Count == 0, $"not reported: {string.Join(", ", missing)}\n{result}");
        Assert.Contains("did you mean \"keep_alive\"?", text, StringComparison.Ordinal);
        Assert.Contains("did you mean \"poses\"?", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BadFile_AsJson_IsOneDocumentWithTheSameErrors()
    {
        using var site = new Site();
        site.Write("edgepose.yaml", Bad);

        var result = await site.RunVerbAsync("check", "--json", "--config", site.ConfigPath);

        Assert.Equal(3, result.ExitCode);
        using var report = JsonDocument.Parse(result.Output);
        Assert.Equal(3, report.RootElement.GetProperty("exit_code").GetInt32());
        Assert.Equal(Expected().Count, report.RootElement.GetProperty("errors").GetInt32());
        Assert.DoesNotContain(Canary, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GoodFile_CheckedOffline_IsCodeZeroAndNamesWhatItRunsOn()
    {
        DaemonFixture.NeedModels();
        using var site = new Site();
        site.Configure(1883, "cam: rtsp://cam.lan/stream2");

        var result = await site.RunVerbAsync("check", "--offline", "--config", site.ConfigPath);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.All(
            ["ffmpeg ", "onnxruntime", "movenet-lightning: hash and contract ok", "0 errors, 0 warnings"],
            part => Assert.Contains(part, result.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mqtt: [1, 2\nstreams:")]
    [InlineData("streams:\n\tfront: rtsp://h/1")]
    [InlineData("a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]")]
    [InlineData("streams: { a: rtsp://h/1, a: rtsp://h/2 }")]
    [InlineData("")]
    public async Task MalformedFile_IsCodeThreeWithAPlace(string text)
    {
        using var site = new Site();
        site.Write("edgepose.yaml", text);
        var result = await site.RunVerbAsync("check", "--offline", "--config", site.ConfigPath);
        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Contains(text.Length > 0 ? "edgepose.yaml:" : "edgepose.yaml ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Output + result.Errors, StringComparison.Ordinal); // no stack trace
    }

    private static List<(int Line, string Key)> Expected() =>
        [.. Bad.Split('\n').Select((line, i) => (i + 1, Regex.Match(line, "# (.+)$").Groups[1].Value.Trim())).Where(e => e.Item2.Length > 0)];
}
