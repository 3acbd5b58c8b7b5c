using EdgePose.People.Skipping;

namespace EdgePose.Tests.People.Skipping;

public sealed class FrameStepTests
{
    private const double Fps = 30;

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    public void IsPulse_WithAKeyFrameNowAndThen_SaysSoOnceForEach(double keyFrames)
    {
        var pulses = Pulses(new Stage(320, 180) { KeyFrames = keyFrames }, 3);
        Assert.Equal(Enumerable.Range(1, (int)(3 / keyFrames) - 1).Select(k => (int)(k * keyFrames * Fps)), pulses);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public void IsPulse_WhileTheCameraPans_IsFalseFromTheSecondStepOn(double pan) =>
        Assert.InRange(Pulses(new Stage(320, 180) { Pan = pan }, 3).Count, 0, 1);

    [Fact]
    public void IsPulse_WhenSomebodyWalksBy_IsFalse() => Assert.Empty(Pulses(new Stage { Walkers = { new Walker(1, -60, 220, 200) } }, 3));

    [Fact]
    public void IsPulse_WhenEveryPictureComesTwice_DoesNotTakeThePanForKeyFrames()
    {
        var stage = new Stage(320, 180) { Pan = 60 };
        var (step, picture, pulses) = (new FrameStep(160, 90), new Thumbnail(), 0);
        for (var i = 0; i < 90; i++)
        {
            picture.Draw(stage.At(i / 2 * 2 / Fps));
            step.Observe(picture, i / Fps);
            pulses += step.IsPulse ? 1 : 0;
        }
        Assert.InRange(pulses, 0, 1);
    }

    [Fact]
    public void IsShift_OfAPictureThatMoves_IsTrueAndOfNoiseFalse()
    {
        Assert.InRange(ShiftedBlocks(new Stage(320, 180, 2) { Pan = 30 }), 0.9, 1);
        Assert.InRange(ShiftedBlocks(new Stage(320, 180, 8)), 0, 0.05);
        Assert.InRange(ShiftedBlocks(new Stage(320, 180) { KeyFrames = 1 / Fps }), 0, 0.05);
    }

    private static List<int> Pulses(Stage stage, double seconds)
    {
        var (picture, found) = (new Thumbnail(), new List<int>());
        FrameStep? step = null;
        for (var i = 0; i < seconds * Fps; i++)
        {
            picture.Draw(stage.At(i / Fps));
            step ??= new FrameStep(picture.Width, picture.Height);
            step.Observe(picture, i / Fps);
            if (step.IsPulse) { found.Add(i); }
        }
        return found;
    }

    private static double ShiftedBlocks(Stage stage)
    {
        var (picture, step) = (new Thumbnail(), new FrameStep(160, 90));
        picture.Draw(stage.At(0));
        step.Observe(picture, 0);
        picture.Draw(stage.At(1.01 / Fps));
        step.Observe(picture, 1 / Fps);
        return Enumerable.Range(0, 16 * 9).Count(b => step.IsShift(b)) / (16.0 * 9);
    }
}
