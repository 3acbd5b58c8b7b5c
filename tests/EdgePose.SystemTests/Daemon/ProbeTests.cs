using System.Globalization;
using System.Text.Json;
using EdgePose.SystemTests.Peers;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Daemon;

/// <summary><c>edgepose probe</c> and F04: the ways in which a source cannot be opened are told apart.</summary>
public sealed class ProbeTests(DaemonFixture fixture)
{
    private const string Password = "pr0be canary/@";

    [Fact]
    public async Task Clip_PrintsABlockThatCheckAccepts()
    {
        using var site = new Site();
        var result = await site.RunVerbAsync("probe", fixture.FewPeople, "--seconds", "2");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("h264 768x576", result.Output, StringComparison.Ordinal);
        site.Write("edgepose.yaml", result.Output[result.Output.IndexOf("streams:", StringComparison.Ordinal)..]);

        var check = await site.RunVerbAsync("check", "--offline", "--strict", "--stdout", "--config", site.ConfigPath);

        Assert.True(check.ExitCode == 0, check.ToString());
    }

    [Fact]
    public async Task Camera_IsMeasuredAndItsBlockNamesACredentialInsteadOfThePassword()
    {
        using var server = new RtspServer(fixture.People, "viewer", Password);
        using var site = new Site();
        var file = site.Write("cam.secret", Password + "\n");
        var result = await site.RunVerbAsync("probe", server.Url, "--user", "viewer", "--password-file", file, "--seconds", "3", "--json");
        Assert.True(result.ExitCode == 0, result.ToString());
        using var report = JsonDocument.Parse(result.Output);
        Assert.Equal("online", report.RootElement.GetProperty("state").GetString());
        Assert.InRange(report.RootElement.GetProperty("fps_measured").GetDouble(), 5, 20); // 10
        var yaml = report.RootElement.GetProperty("yaml").GetString()!;
        Assert.Contains($"password_file: \"{file}\"", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.ToString(), StringComparison.Ordinal);

        // In the same shell: the file is where it was.
        site.Write("edgepose.yaml", yaml);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        var check = await site.RunVerbAsync("check", "--strict", "--stdout", "--config", site.ConfigPath);
        Assert.True(check.ExitCode == 0, check.ToString());
    }

    [Fact]
    public async Task Camera_KeyPicturesBitRateClockAndSmallStreamAreMeasured()
    {
        using var site = new Site();
        var large = Clip.MakePlain(site.Folder, "gray", "large.h264", width: 1280, height: 720);
        var small = Clip.MakePlain(site.Folder, "gray", "small.h264");
        // ffprobe, and the ingest (ffprobe, ffmpeg) on the large stream, then ffprobe on the small one: the server does not look at the path.
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(large) with
        {
            Describe = number => number < 3 ? large : small,
            Play = number => RtspScript.Timed(RtspScript.Forever(number < 3 ? large : small), hevc: false),
            CameraClock = TimeSpan.FromMinutes(-61),
        });
        var result = await site.RunVerbAsync("probe", camera.Url.Replace("/cam", "/stream1", StringComparison.Ordinal), "--seconds", "6", "--json");
        Assert.True(result.ExitCode == 0, result.ToString());
        using var document = JsonDocument.Parse(result.Output);
        var report = document.RootElement;
        Assert.Equal((1280, 720, "h264"), (report.GetProperty("width").GetInt32(), report.GetProperty("height").GetInt32(), report.GetProperty("codec").GetString()));
        var fps = report.GetProperty("fps_measured").GetDouble();
        Assert.InRange(fps, 3, 16); // 15; the camera is part of this busy process
        Assert.Equal(15, report.GetProperty("gop").GetInt32());
        Assert.Equal(15 / fps, report.GetProperty("gop_seconds").GetDouble(), 1);
        var kilobits = large.Pictures.Sum(static p => p.Sum(static nal => 8.0 * (nal.Length + 4))) / large.Pictures.Count * fps / 1000;
        Assert.InRange(report.GetProperty("bitrate_kbps").GetDouble(), 0.8 * kilobits, 1.25 * kilobits);
        Assert.Equal("rtcp", report.GetProperty("time_source").GetString());
        Assert.InRange(report.GetProperty("camera_lag_ms").GetDouble() / 60_000, 60.99, 61.2);
        Assert.EndsWith("/stream2", report.GetProperty("sub_stream").GetString(), StringComparison.Ordinal);
        Assert.Contains(report.GetProperty("advice").EnumerateArray(), static a => a.GetString()!.Contains("camera's clock", StringComparison.Ordinal));

        site.Write("edgepose.yaml", report.GetProperty("yaml").GetString()!);
        var check = await site.RunVerbAsync("check", "--offline", "--strict", "--stdout", "--config", site.ConfigPath);
        Assert.True(check.ExitCode == 0, check.ToString());
    }

    [Fact]
    public async Task SourcesThatCannotBeOpened_AreCodeFiveWithTextsThatTellThemApart()
    {
        using var server = new RtspServer(fixture.People, "viewer", Password);
        using var site = new Site();
        var (right, wrong) = (site.Write("right", Password), site.Write("wrong", "wr0ng canary"));
        var refused = string.Create(CultureInfo.InvariantCulture, $"rtsp://127.0.0.1:{RtspServer.FreePort()}/cam");
        await using var silent = new ScriptedRtspServer(RtspScript.Endless(Clip.MakePlain(site.Folder, "gray", "silent.h264", seconds: 1)) with { Silent = true });
        var results = await Task.WhenAll(
            site.RunVerbAsync("probe", server.Url, "--user", "viewer", "--password-file", wrong),
            site.RunVerbAsync("probe", server.Url + "era", "--user", "viewer", "--password-file", right),
            site.RunVerbAsync("probe", refused, "--user", "viewer", "--password-file", right),
            site.RunVerbAsync("probe", Path.Combine(site.Folder, "missing.mp4")),
            site.RunVerbAsync("probe", silent.Url));
        Assert.All(results, r => Assert.True(r.ExitCode == 5, r.ToString()));
        Assert.All(results, r => Assert.Equal("", r.Output));
        Assert.All(results, r => Assert.DoesNotContain("canary", r.Errors, StringComparison.Ordinal));
        Assert.Contains("401", results[0].Errors, StringComparison.Ordinal);
        Assert.Contains("--password-file", results[0].Errors, StringComparison.Ordinal);
        Assert.Contains("the password is for \"GStreamer RTSP Server\"", results[0].Errors, StringComparison.Ordinal);
        Assert.Contains("not found", results[1].Errors, StringComparison.Ordinal);
        Assert.Contains("refused", results[2].Errors, StringComparison.Ordinal);
        Assert.Contains("missing.mp4", results[3].Errors, StringComparison.Ordinal);
        Assert.Contains("no usable answer in time", results[4].Errors, StringComparison.Ordinal);
        Assert.Equal(5, results.Select(r => r.Errors).Distinct().Count());
    }
}
