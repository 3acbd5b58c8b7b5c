using System.Text.Json;
using EdgePose.Peers;
using EdgePose.Tests.Sinks.Mqtt;
using EdgePose.Workshop.Bench;

namespace EdgePose.SystemTests.Observation;

/// <summary>The verb as users start it, on the tiny network: what it measures is checked for sense, never for speed.</summary>
public sealed class BenchTests : IDisposable
{
    private readonly TinySite _site = new();

    private Task<VerbResult> BenchAsync(params string[] more) =>
        EdgePoseProcess.RunAsync(["bench", "--model", TinySite.Model, "--models", _site.Folder, "--ep", "cpu", "--threads", "1", .. more]);

    [Fact]
    public async Task Synthetic_AsJson_FitsItsSchemaAndItsFiguresAreConsistent()
    {
        var result = await BenchAsync("--streams", "3", "--fps", "20", "--seconds", "2", "--json");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(PublishedSchema.Load("bench.v1").Check(result.Output));
        var report = JsonSerializer.Deserialize(result.Output, BenchJson.Default.BenchReport)!;
        var load = report.Load;
        Assert.Equal((3, 3), (load.Streams, load.FpsPerStream.Count));
        Assert.InRange(load.Jain, 1.0 / 3, 1);
        Assert.InRange(load.Received - load.Processed - load.Dropped.Sum(d => d.Value), -6, 6); // in flight at the beginning and at the end
        Assert.True(load.ServiceMs.P50 > 0 && load.ServiceMs.P50 <= load.ServiceMs.P99 && load.FrameAgeMs.P50 <= load.FrameAgeMs.P99);
        Assert.Equal(1, load.Stages.Sum(s => s.Share), 2);
        Assert.True(load.Memory.RssPeak > 1e7 && load.CpuPercent.Daemon > 0 && load.CpuPercent.Ffmpeg == 0);
        Assert.InRange(report.Efficiency.Ratio, 1e-4, 1.5);
        var runs = Assert.Single(report.Efficiency.Runs);
        Assert.Equal(("tiny", "1x128x64", 1.0), (runs.Model, runs.Input, runs.PerFrame));
        Assert.Null(report.Efficiency.DecodeOnlyFps);
        Assert.StartsWith("→ ", report.Answer, StringComparison.Ordinal);
        Assert.Contains(report.Notes, n => n == "no video was decoded");
    }

    [Fact]
    public async Task Clip_ThroughFfmpeg_EndsWithTheAnswer_AndComparesWithItself()
    {
        var clip = await _site.ClipAsync(500);
        string[] options = ["--source", clip, "--fps", "10", "--seconds", "2", "--no-search"];
        var first = await BenchAsync([.. options, "--json"]);
        Assert.True(first.ExitCode == 0, first.ToString());
        var report = JsonSerializer.Deserialize(first.Output, BenchJson.Default.BenchReport)!;
        Assert.True(report.Efficiency.DecodeOnlyFps > 0 && report.Load.CpuPercent.Ffmpeg >= 0);
        // Twice as good in every respect as anything can be: the comparison must fail.
        var better = report with
        {
            Load = report.Load with { ServiceMs = new Spread(1e-6, 1e-6, 1e-6, 1e-6), FpsPerStream = [1000] },
            Efficiency = report.Efficiency with { Ratio = 100 },
        };
        var old = Path.Combine(_site.Folder, "old.json");
        await File.WriteAllTextAsync(old, JsonSerializer.Serialize(better, BenchJson.Default.BenchReport));
        var second = await BenchAsync([.. options, "--compare", old]);
        Assert.True(second.ExitCode == 7, second.ToString());
        Assert.Contains("more than a tenth worse than in the earlier report: time per frame p50, ms; ", second.Errors, StringComparison.Ordinal);
        Assert.StartsWith("→ 1 stream at 10 fps: ", second.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "--seconds", "0")]
    [InlineData(2, "--streams", "65")]
    [InlineData(2, "--fps", "nan")]
    [InlineData(2, "--people", "51")]
    [InlineData(2, "--compare", "/nonexistent.json")]
    [InlineData(5, "--source", "/nonexistent.mp4")]
    [InlineData(4, "--model", "nobody-knows-it")]
    public async Task WrongUse_HasItsCodeAndANextStep(int code, string option, string value)
    {
        var options = new Dictionary<string, string> { ["--seconds"] = "1", ["--models"] = _site.Folder, ["--model"] = TinySite.Model, [option] = value };
        var result = await EdgePoseProcess.RunAsync(["bench", .. options.SelectMany(o => new[] { o.Key, o.Value })]);
        Assert.True(result.ExitCode == code, result.ToString());
        Assert.Contains("try: ", result.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _site.Dispose();
}
