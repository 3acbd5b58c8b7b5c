using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Networks.Runtime;

public sealed class StageClockTests
{
    private readonly FakeTimeProvider _time = new();

    private void Pass(double ms) => _time.Advance(TimeSpan.FromMilliseconds(ms));

    [Fact]
    public void Enter_EveryInstantBelongsToOneStage_AndRepeatedStagesAddUp()
    {
        var clock = new StageClock(_time);
        clock.Begin();
        Pass(1);
        clock.Enter(FrameStage.Detector);
        Pass(10);
        clock.Enter(FrameStage.Decode);
        Pass(2);
        for (var person = 0; person < 3; person++)
        {
            clock.Enter(FrameStage.Preprocess);
            Pass(1);
            clock.Enter(FrameStage.Pose);
            Pass(5);
            clock.Enter(FrameStage.Decode);
            Pass(1);
        }
        clock.Enter(FrameStage.Track);
        Pass(0.5);
        clock.End();
        Pass(100);
        double[] expected = [4, 10, 15, 5, 0.5, 0];
        Assert.Equal(expected, Enum.GetValues<FrameStage>().Select(s => clock[s].TotalMilliseconds));
    }

    [Fact]
    public void Begin_AfterAFrameThatFailed_StartsAtZero()
    {
        var clock = new StageClock(_time);
        clock.Begin();
        Pass(7);
        clock.Begin();
        Pass(3);
        clock.End();
        Assert.Equal(3, clock[FrameStage.Preprocess].TotalMilliseconds);
    }

    [Fact]
    public void Enter_OutsideOfAFrame_IsIgnored()
    {
        var clock = new StageClock(_time);
        clock.Enter(FrameStage.Pose);
        Pass(5);
        clock.Enter(FrameStage.Decode);
        Assert.False(clock.IsRunning);
        Assert.Equal(TimeSpan.Zero, clock[FrameStage.Pose]);
    }

    [Fact]
    public void Session_WithAClock_BooksItsRunsAndCountsThem()
    {
        using var session = TinyModel.Open(TinyModel.Describe(HeatmapFamily.Kind, 32, 32, "coco17"), TinyModel.Heatmap(17, 1, 32, 32), 17);
        var clock = new StageClock(TimeProvider.System);
        session.Clock = clock;
        clock.Begin();
        var binding = (OrtBinding)session.Bind(1, 32, 32);
        var before = binding.Runs;
        binding.Run();
        binding.Run();
        clock.End();
        Assert.Equal(2, binding.Runs - before);
        Assert.True(clock[FrameStage.Pose] > TimeSpan.Zero && clock[FrameStage.Detector] == TimeSpan.Zero);
    }
}
