using EdgePose.Domain;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Runtime;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.Runtime;

/// <summary>F23: a run that takes too long is ended.</summary>
public sealed class RunWatchTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public void Run_InTime_IsLeftAlone()
    {
        var time = new FakeTimeProvider();
        using var watch = new RunWatch(TimeSpan.FromSeconds(5), time);
        var (runs, ended) = (0, 0);
        for (var i = 0; i < 5; i++)
        {
            watch.Run("m", () => { runs++; time.Advance(TimeSpan.FromSeconds(4.9)); }, () => ended++);
            // The timer of the former run must not end the next one.
            time.Advance(TimeSpan.FromSeconds(0.2));
        }
        Assert.Equal((5, 0), (runs, ended));
    }

    [Fact]
    public void Run_TooLong_IsTerminatedOnceAndThrows()
    {
        var time = new FakeTimeProvider();
        using var watch = new RunWatch(TimeSpan.FromSeconds(5), time);
        var ended = 0;
        var e = Assert.Throws<RunDeadlineException>(() => watch.Run("slow-net", () => time.Advance(TimeSpan.FromMinutes(1)), () => ended++));
        Assert.Equal("model slow-net: a run took longer than 5 s (inference.run_deadline)", e.Message);
        Assert.Equal(1, ended);
        // And the next one is free again.
        watch.Run("slow-net", () => time.Advance(TimeSpan.FromSeconds(1)), () => ended++);
        Assert.Equal(1, ended);
    }

    [Fact]
    public void Run_TerminatedByAnException_KeepsItAsTheCause()
    {
        var time = new FakeTimeProvider();
        using var watch = new RunWatch(TimeSpan.FromSeconds(5), time);
        var e = Assert.Throws<RunDeadlineException>(() => watch.Run("m", Fail, () => { }));
        Assert.IsType<InvalidDataException>(e.InnerException);

        void Fail()
        {
            time.Advance(TimeSpan.FromSeconds(6));
            throw new InvalidDataException("terminated");
        }
    }

    [Fact]
    public void Run_FailsInTime_ThrowsWhatTheRunThrew()
    {
        using var watch = new RunWatch(TimeSpan.FromSeconds(5), new FakeTimeProvider());
        Assert.Throws<InvalidDataException>(() => watch.Run("m", () => throw new InvalidDataException("broken"), () => { }));
    }

    [Fact(DisableParallelization = true)]
    public void Run_Steady_AllocatesNothing()
    {
        using var watch = new RunWatch(TimeSpan.FromSeconds(5), TimeProvider.System);
        Action run = () => { }, end = () => { };
        for (var i = 0; i < 100; i++) { watch.Run("m", run, end); }
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 1000; i++) { watch.Run("m", run, end); }
        }));
    }

    /// <summary>A real graph that loops for days.</summary>
    [Fact]
    public void OrtBinding_GraphThatNeverEnds_IsEndedByTheRuntimeAndRunsAgain()
    {
        var descriptor = TinyModel.Describe(LitePoseFamily.Kind, 64, 64, "crowdpose14", ["fine", "coarse"]);
        using var session = TinyModel.Open(descriptor, HangingModel.LitePose(14), 0, TinyModel.Cpu with { RunDeadline = TimeSpan.FromMilliseconds(300) });
        var binding = session.Bind(1, 64, 64);
        binding.Run();
        for (var round = 0; round < 3; round++)
        {
            binding.Input[5] = 1;
            var started = TimeProvider.System.GetTimestamp();
            var e = Assert.Throws<RunDeadlineException>(binding.Run);
            Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromMilliseconds(290), Limit);
            Assert.Contains("terminate", e.InnerException?.Message ?? "", StringComparison.OrdinalIgnoreCase);
            binding.Input[5] = 0;
            binding.Run();
            Assert.Equal(0, binding.Outputs[0].Values[0]);
        }
    }

    [Fact(DisableParallelization = true)]
    public void OrtBinding_WithADeadline_AllocatesNothing()
    {
        var descriptor = TinyModel.Describe(HeatmapFamily.Kind, 32, 64, "coco17");
        using var session = TinyModel.Open(descriptor, TinyModel.Heatmap(17, -1, -1, -1), 17, TinyModel.Cpu with { RunDeadline = TimeSpan.FromSeconds(30) });
        var binding = session.Bind(1, 64, 32);
        for (var i = 0; i < 10; i++) { binding.Run(); }
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 1000; i++) { binding.Run(); }
        }));
    }
}
