using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Tests.Workshop.Evaluation;

/// <summary>What xtcocotools does differently from pycocotools.</summary>
public sealed class WholeBodyTests
{
    [Fact]
    public void Tasks_AreTheSixPartsWithTheirJoints()
    {
        var tasks = KeypointTask.WholeBody();
        Assert.Equal(["body", "foot", "face", "lefthand", "righthand", "wholebody"], tasks.Select(t => t.Name));
        Assert.Equal([(0, 17), (17, 6), (23, 68), (91, 21), (112, 21), (0, 133)], tasks.Select(t => (t.Joints[0], t.Joints.Count)));
        Assert.Equal(.068, tasks[1].Sigmas[0]);
        Assert.Equal(.042, tasks[2].Sigmas[0]);
        Assert.Equal(.029, tasks[3].Sigmas[0]);
        Assert.Equal(tasks[3].Sigmas, tasks[4].Sigmas);
    }

    [Fact]
    public void Part_PeopleWithoutThatPart_DoNotCount()
    {
        var sample = Person(out var points);
        Array.Clear(points, 3 * 17, 18);
        var foot = sample.Prepare(KeypointTask.WholeBody()[1]);
        Assert.True(foot[0].People[0].Ignore);
        Assert.False(sample.Prepare(KeypointTask.WholeBody()[0])[0].People[0].Ignore);
    }

    [Fact]
    public void Part_DetectionWithoutThatPart_IsDropped()
    {
        var sample = Person(out _);
        var found = sample.Points(100, 100, 1);
        Array.Clear(found, 3 * 91, 63);
        sample.Found(1, 100, 100, 0.9, points: found);
        Assert.Empty(sample.Prepare(KeypointTask.WholeBody()[3])[0].Found);
        Assert.Single(sample.Prepare(KeypointTask.WholeBody()[4])[0].Found);
    }

    [Fact]
    public void Part_ItsOwnScoreRanks_AndFallsBackToTheInstanceScore()
    {
        var sample = Person(out _).Found(1, 100, 100, 0.9, parts: [null, 0.2, null, null, null, 0.7]).Found(1, 100, 100, 0.5);
        double[] Scores(int task) => [.. sample.Prepare(KeypointTask.WholeBody()[task])[0].Found.Select(f => f.Score)];
        Assert.Equal([0.9, 0.5], Scores(0));
        Assert.Equal([0.5, 0.2], Scores(1));
        Assert.Equal([0.7, 0.5], Scores(5));
    }

    [Fact]
    public void UseArea_Off_TakesTheBox()
    {
        var sample = Person(out _);
        Assert.Equal(10000, sample.Prepare(KeypointTask.WholeBody()[0])[0].People[0].Area);
        Assert.Equal(5300, sample.Prepare(KeypointTask.WholeBody(useArea: false)[0])[0].People[0].Area, 1e-9);
    }

    [Fact]
    public void Area_OfADetectionWithoutBox_ComesFromTheBody()
    {
        var sample = Person(out _);
        var found = sample.Points(100, 100, 1);
        (found[0], found[1]) = (140, 150);
        (found[^3], found[^2]) = (600, 400);
        var results = sample.Found(1, 0, 0, 0.9, points: found).Results.Select(r => r with { Box = null }).ToArray();
        var image = EvalImage.Prepare(sample.Dataset, results, KeypointTask.WholeBody()[5])[0];
        Assert.Equal(40 * 50, image.Found[0].Area, 1e-9);
    }

    private static Sample Person(out double[] points)
    {
        var sample = new Sample(Skeletons.CocoWholeBody133).Image(1);
        points = sample.Points(100, 100, 2);
        return sample.Person(1, 100, 100, points: points);
    }
}
