using EdgePose.Domain;
using EdgePose.Networks.Scheduling;
using EdgePose.Tests.People.Skipping;

namespace EdgePose.Tests.People;

/// <summary>What is published while the camera moves, people leave, or the machine is too slow: by simulation, as in <see cref="PeoplePipelineTests"/>.</summary>
public sealed class MovingCameraTests(ITestOutputHelper output)
{
    /// <summary>People who stand before a camera that pans: in the picture they move as the wall does.</summary>
    private static Stage Panning(double pan, double noise = 2) => new(noise: noise)
    {
        Pan = pan, KeyFrames = 1, Walkers = { new Walker(1, 250, 220, 160, -pan / 160), new Walker(2, 300, 200, 130, -pan / 130), new Walker(3, 500, 215, 150, -pan / 150) },
    };

    [Theory]
    [InlineData(5, 4)]
    [InlineData(5, 15)]
    [InlineData(5, 60)]
    [InlineData(15, 30)]
    [InlineData(30, 8)]
    public void Pan_AfterAQuietMinute_HoldsNobodyWhoMovesInThePicture(double fps, double pan)
    {
        var (quiet, panning) = (Panning(0), Panning(pan));
        var run = new Simulation(quiet, hasDetector: true, fps: fps);
        var heldAtRest = 0;
        run.Play(0, 20, _ => heldAtRest += Count(run, PoseSource.Held));
        var moving = new Simulation(panning, hasDetector: true, fps: fps);
        var (held, listed) = (0, 0);
        moving.Play(0, 8, _ => (held, listed) = (held + Count(moving, PoseSource.Held), listed + moving.Stages.People.Count));
        output.WriteLine($"{held} of {listed} held before a camera that pans, {heldAtRest} before one that stands");
        Assert.True(listed > 8 * fps / 2);
        Assert.Equal(0, held);
        Assert.True(heldAtRest > 0, "nobody is held before a camera that stands either");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void SomebodyWhoWalksOut_IsNotPublishedOutsideThePicture(int rung)
    {
        var stage = new Stage { Walkers = { new Walker(1, 200, 200, 120, 0.9), new Walker(2, 120, 220, 160, -0.8), new Walker(3, 60, 200, 120, 0) } };
        var run = new Simulation(stage, hasDetector: true) { Quality = Ladder.Rung(rung) };
        var seen = 0;
        run.Play(0, 5, t =>
        {
            for (var i = 0; i < run.Stages.People.Count; i++)
            {
                var box = run.Stages.People[i].Box;
                Assert.True(box.CenterX >= 0 && box.CenterX < stage.Width && box.CenterY >= 0 && box.CenterY < stage.Height, $"somebody at {box} after {t:f2} s");
                Assert.Equal(box.Clip(stage.Width, stage.Height), run.Stages.People[i].Source == PoseSource.Measured ? box.Clip(stage.Width, stage.Height) : box);
                seen++;
            }
        });
        Assert.True(seen > 150);
    }

    [Theory]
    [InlineData(30, 60)]
    [InlineData(5, 12)]
    [InlineData(2, 6)]
    public void StarvedMachine_PublishesNobodyItIsNotSureOf(double fps, int period)
    {
        var run = new Simulation(Panning(20), hasDetector: true, fps: fps) { Quality = Quality.Full with { PosePeriod = period } };
        var (listed, least, right) = (0, 1f, 0);
        run.Play(0, 12, t =>
        {
            for (var i = 0; i < run.Stages.People.Count; i++)
            {
                var person = run.Stages.People[i];
                listed++;
                least = Math.Min(least, person.Score);
                right += run.Stage.Walkers.Any(w => w.BoxAt(t).Iou(person.Box) >= 0.5) ? 1 : 0;
            }
        });
        output.WriteLine($"{right} of {listed} right, lowest score {least:f3}");
        Assert.True(listed > 0);
        Assert.True(least >= 0.1f, $"score {least}");
        Assert.True(right >= 0.9 * listed, $"{right} of {listed} right");
    }

    private static int Count(Simulation run, PoseSource source) =>
        Enumerable.Range(0, run.Stages.People.Count).Count(i => run.Stages.People[i].Source == source);
}
