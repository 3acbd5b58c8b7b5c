using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Service.Observe;
using EdgePose.TestSupport;
using EdgePose.Workshop.Bench;

namespace EdgePose.Tests.Workshop.Bench;

public sealed class FrameSamplesTests
{
    private readonly FakeTimeProvider _time = new();

    private FrameFacts Frame(double preMs, double poseMs, int people, double ageMs)
    {
        var clock = new StageClock(_time);
        clock.Begin();
        _time.Advance(TimeSpan.FromMilliseconds(preMs));
        clock.Enter(FrameStage.Pose);
        _time.Advance(TimeSpan.FromMilliseconds(poseMs));
        clock.End();
        return new FrameFacts(default, people, TimeSpan.FromMilliseconds(ageMs), clock);
    }

    [Fact]
    public void Samples_GiveStagesServiceAgesAndFpsByPeople()
    {
        var samples = new FrameSamples(100);
        samples.Add(Frame(1, 1, 0, 1)); // before the start: warm-up
        samples.Start();
        for (var i = 0; i < 20; i++) { samples.Add(Frame(2, 8, people: 1, ageMs: 15)); }
        for (var i = 0; i < 20; i++) { samples.Add(Frame(2, 18, people: 3, ageMs: 30)); }
        samples.Add(Frame(2, 100, people: 9, ageMs: 200));
        samples.Stop();
        samples.Add(Frame(500, 500, 3, 1000));
        Assert.Equal(41, samples.Count);
        Assert.Equal((20, 102), (samples.Services().P50, samples.Services().P99));
        Assert.Equal((30, 200), (samples.Ages().P50, samples.Ages().P99));
        var stages = samples.Stages().ToDictionary(s => s.Stage);
        Assert.Equal((41, 2, 0, 0.0), (stages["preprocess"].Frames, stages["preprocess"].Ms.P99, stages["detector"].Frames, stages["detector"].Share));
        Assert.Equal(1, stages.Values.Sum(s => s.Share), 3);
        // One frame with nine people says nothing.
        Assert.Equal([(1, 100.0, 20), (3, 50.0, 20)], samples.ByPeople(10, "seen").Select(p => (p.People, p.Fps, p.Frames)));
    }

    [Fact]
    public void Add_WhenFull_KeepsWhatItHas()
    {
        var samples = new FrameSamples(3);
        samples.Start();
        for (var i = 0; i < 10; i++) { samples.Add(Frame(1, 1, i, i)); }
        Assert.Equal((3, 2.0), (samples.Count, samples.Ages().P99));
    }

    [Fact(DisableParallelization = true)]
    public void Add_AllocatesNothing_AndReportsWhatOthersAllocate()
    {
        var samples = new FrameSamples(10_000);
        var frame = Frame(1, 1, 1, 1);
        samples.Start();
        Assert.Equal(0, Allocations.OfBestRound(() => { for (var i = 0; i < 1000; i++) { samples.Add(frame); } }));
        var guilty = new FrameSamples(1000);
        guilty.Start();
        for (var i = 0; i < 1000; i++) { GC.KeepAlive(new byte[100]); guilty.Add(frame); }
        Assert.InRange(guilty.AllocatedPerFrame, 100, 200);
    }
}
