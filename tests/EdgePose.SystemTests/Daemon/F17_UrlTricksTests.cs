using System.Globalization;

namespace EdgePose.SystemTests.Daemon;

/// <summary>F17: addresses that want ffmpeg to do something else. The whole program, as its user starts it.</summary>
public sealed class F17_UrlTricksTests
{
    private static readonly string[] Tricks =
    [
        "file:/etc/passwd", "concat:/etc/passwd|/etc/shadow", "subfile,,start,0,end,9,,:/etc/passwd", "pipe:0", "data:text/plain,x", "tcp://127.0.0.1:1",
        "-i", "rtsp://cam/x' option protocol_whitelist file", "rtsp://cam/x\\nfile '/etc/passwd'", "rtsp://cam/x\\r\\noption safe 0", "rtsp://cam/\\u2028x",
        "/dev/../etc/passwd\\u0000", "/dev/sda", "/proc/self/environ", "rtsp://", "lavfi:testsrc", "rtmp://cam/x", "http+unix://x",
    ];

    [Fact]
    public async Task Tricks_AreEachRefusedByCheckWithTheirPlace_AndNoProgramIsStarted()
    {
        using var site = new Site();
        var lines = Tricks.Append("rtsp://cam/" + new string('a', 4096)).ToArray();
        site.Configure(0, string.Concat(lines.Select((url, i) => string.Create(CultureInfo.InvariantCulture, $"s{i}: \"{url}\"\n"))));
        var result = await site.RunVerbAsync("check", "--config", site.ConfigPath);
        Assert.True(result.ExitCode == 3, result.ToString());
        var all = result.Output + result.Errors;
        for (var i = 0; i < lines.Length; i++)
        {
            Assert.True(all.Contains(string.Create(CultureInfo.InvariantCulture, $"streams.s{i}"), StringComparison.Ordinal), $"{lines[i]} was accepted:\n{all}");
        }
        Assert.DoesNotContain("root:", all, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("concat:/etc/passwd|/etc/shadow")]
    [InlineData("rtsp://cam/x\nfile '/etc/passwd'")]
    public async Task Probe_RefusesThemAsWell(string url)
    {
        using var site = new Site();
        var result = await site.RunVerbAsync("probe", url);
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Equal("", result.Output);
    }
}
