using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Workshop.Bench;

namespace EdgePose.Tests.Workshop.Bench;

public sealed class BenchComparisonTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void Compare_Same_IsNothingWorse() => Assert.DoesNotContain(BenchComparison.Compare(Reports.Report(), Reports.Report()), d => d.Worse || d.Change != 0);

    [Fact]
    public void Compare_ATenthIsNoise_MoreIsARegression()
    {
        var old = Reports.Report();
        var noise = old with { Efficiency = old.Efficiency with { Ratio = 0.97 * 0.91 }, Load = Reports.Load(1, serviceMs: 21.9) };
        Assert.DoesNotContain(BenchComparison.Compare(old, noise), d => d.Worse);
        var slower = old with { Load = Reports.Load(1, serviceMs: 22.1) };
        var worse = Assert.Single(BenchComparison.Compare(old, slower), d => d.Worse);
        Assert.Equal(("time per frame p50, ms", 0.105), (worse.Name, worse.Change));
    }

    [Fact]
    public void Compare_FasterOrSmaller_IsNeverWorse()
    {
        var old = Reports.Report();
        var better = old with { Capacity = old.Capacity! with { Streams = 60 }, Load = Reports.Load(1, serviceMs: 2), Efficiency = old.Efficiency with { PipelineFps = 100 } };
        Assert.DoesNotContain(BenchComparison.Compare(old, better), d => d.Worse);
    }

    [Fact]
    public void Compare_FirstAllocationsPerFrame_AreARegression()
    {
        var old = Reports.Report();
        var now = old with { Load = old.Load with { AllocatedBytesPerFrame = 24 } };
        Assert.Equal("bytes allocated per frame", Assert.Single(BenchComparison.Compare(old, now), d => d.Worse).Name);
    }

    [Fact]
    public void Compare_OtherSetup_IsRefusedNamingEveryDifference()
    {
        var old = Reports.Report();
        var now = old with { Setup = old.Setup with { Model = "other", Fps = 10 }, Machine = old.Machine with { Cores = 4 } };
        var e = Assert.Throws<UserError>(() => BenchComparison.Compare(old, now));
        Assert.Equal((ExitCode.Usage, "the reports cannot be compared: model litepose-m and other; fps 5 and 10; cores 2 and 4"), (e.Code, e.Message));
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSameReport()
    {
        File.WriteAllText(_file, JsonSerializer.Serialize(Reports.Report(), BenchJson.Default.BenchReport));
        Assert.DoesNotContain(BenchComparison.Compare(BenchComparison.Read(_file), Reports.Report()), d => d.Worse || d.Change != 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1, 2]")]
    [InlineData("{\"schema\": \"edgepose.bench/9\"}")]
    public void Read_NoReport_IsUsageWithTheNextStep(string content)
    {
        File.WriteAllText(_file, content);
        var e = Assert.Throws<UserError>(() => BenchComparison.Read(_file));
        Assert.Equal((ExitCode.Usage, "edgepose bench --json > old.json"), (e.Code, e.Hint));
    }

    public void Dispose() => File.Delete(_file);
}
