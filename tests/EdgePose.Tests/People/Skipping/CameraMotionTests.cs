using EdgePose.People.Skipping;
using EdgePose.TestSupport;

namespace EdgePose.Tests.People.Skipping;

/// <summary>Whether the camera moves, from drawn scenes.</summary>
public sealed class CameraMotionTests
{
    private readonly Thumbnail _picture = new();

    /// <summary>Share of the frames, after the first second, in which the camera is said to move.</summary>
    private double Moving(Stage stage, double fps, double seconds = 6)
    {
        CameraMotion? camera = null;
        var (moving, count) = (0, 0);
        for (var i = 0; i < seconds * fps; i++)
        {
            _picture.Draw(stage.At(i / fps));
            camera ??= new CameraMotion(_picture.Width, _picture.Height);
            camera.Observe(_picture, i / fps);
            if (i < fps) { continue; }
            (moving, count) = (moving + (camera.IsMoving ? 1 : 0), count + 1);
        }
        return moving / (double)count;
    }

    [Theory]
    [InlineData(30, 4, 0)]
    [InlineData(30, 20, 2)]
    [InlineData(30, 200, 2)]
    [InlineData(5, 4, 2)]
    [InlineData(5, 20, 0)]
    [InlineData(5, 60, 2)]
    [InlineData(5, 140, 2)]
    [InlineData(1, 25, 2)]
    public void Pan_OfAnySpeed_IsSeen(double fps, double pan, double noise) =>
        Assert.InRange(Moving(new Stage(noise: noise) { Pan = pan }, fps, Math.Max(6, 12 / fps)), 0.98, 1);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0.7)]
    [InlineData(6, 0)]
    [InlineData(4, 1)]
    public void StaticScene_WithNoiseAndKeyFrames_DoesNotMove(double noise, double keyFrames) =>
        Assert.Equal(0, Moving(new Stage(noise: noise) { KeyFrames = keyFrames }, 30));

    [Fact]
    public void PeopleWhoWalk_MoveNoCamera() => Assert.Equal(0, Moving(
        new Stage(noise: 2) { Walkers = { new Walker(1, -60, 200, 150), new Walker(2, 100, 220, 170, -0.5), new Walker(3, 10, 190, 120, 0.6) } }, 10));

    [Fact]
    public void TreeThatSways_MovesNoCamera() => Assert.Equal(0, Moving(new Stage(noise: 2) { Tree = new EdgePose.Domain.Box(0, 0, 110, 240) }, 10));

    [Fact]
    public void LightThatJumps_MovesNoCamera() => Assert.Equal(0, Moving(new Stage(noise: 2) { Light = (3, 20) }, 10));

    [Fact]
    public void Observe_AllocatesNothing()
    {
        var stage = new Stage(noise: 2) { Pan = 50 };
        _picture.Draw(stage.At(0));
        var (camera, time) = (new CameraMotion(_picture.Width, _picture.Height), 0.0);
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 20; i++) { camera.Observe(_picture, time += 0.1); }
        }));
    }
}
