using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Tests.Workshop.Evaluation.Keypoints;

/// <summary>The rules of pycocotools one by one, with figures that can be worked out by hand.</summary>
public sealed class KeypointScoresTests
{
    [Fact]
    public void Of_EveryoneFoundExactly_IsOne()
    {
        var s = new Sample().Image(1).Person(1, 100, 100).Found(1, 100, 100, 0.9).Scores();
        Assert.Equal((1.0, 1.0, 1.0, 1.0, 1.0), (s.Ap, s.Ap50, s.Ap75, s.Ar, s.ApLarge), Near);
        Assert.Equal((-1, -1), (s.ApMedium, s.ArMedium));
    }

    [Fact]
    public void Of_ExtraDetectionBefore_HalvesThePrecision() =>
        Assert.Equal(0.5, new Sample().Image(1).Person(1, 100, 100).Found(1, 400, 400, 0.95).Found(1, 100, 100, 0.9).Scores().Ap, 1e-12);

    [Fact]
    public void Of_ExtraDetectionAfter_CostsNothing() =>
        Assert.Equal(1, new Sample().Image(1).Person(1, 100, 100).Found(1, 100, 100, 0.9).Found(1, 400, 400, 0.5).Scores().Ap, 1e-12);

    [Fact]
    public void Of_NobodyCounts_IsMinusOne()
    {
        var s = new Sample().Image(1).Person(1, 100, 100, labelled: 0).Found(1, 100, 100, 0.9).Scores();
        Assert.Equal((-1, -1), (s.Ap, s.Ar));
    }

    [Fact]
    public void Of_NothingFound_IsZero()
    {
        var s = new Sample().Image(1).Person(1, 100, 100).Scores();
        Assert.Equal((0, 0), (s.Ap, s.Ar));
    }

    [Fact]
    public void Of_DetectionsOnACrowd_AreNeitherHitNorMiss()
    {
        var sample = new Sample().Image(1).Person(1, 100, 100).Person(1, 400, 300, crowd: true, labelled: 0);
        Assert.Equal(1, sample.Found(1, 400, 300, 0.99).Found(1, 410, 310, 0.98).Found(1, 100, 100, 0.9).Scores().Ap, 1e-12);
    }

    [Fact]
    public void Of_SecondDetectionOnAnUnlabelledPerson_IsAMiss()
    {
        var sample = new Sample().Image(1).Person(1, 100, 100).Person(1, 400, 300, labelled: 0);
        Assert.Equal(0.5, sample.Found(1, 400, 300, 0.99).Found(1, 400, 300, 0.98).Found(1, 100, 100, 0.9).Scores().Ap, 1e-12);
    }

    [Fact]
    public void Of_EqualScores_KeepTheOrderOfImagesById()
    {
        // Picture 2 comes first in the file; the miss in picture 1 is ranked before its hit all the same.
        var sample = new Sample().Image(2).Image(1).Person(2, 100, 100).Found(2, 100, 100, 0.5).Found(1, 100, 100, 0.5);
        Assert.Equal(0.5, sample.Scores().Ap, 1e-12);
    }

    [Fact]
    public void Of_EqualScoresInOnePicture_KeepTheOrderOfTheFile()
    {
        var sample = new Sample().Image(1).Person(1, 100, 100).Found(1, 100, 100, 0.5).Found(1, 400, 400, 0.5);
        Assert.Equal(1, sample.Scores().Ap, 1e-12);
    }

    [Fact]
    public void Of_MoreThanTwentyDetections_IgnoresTheRest()
    {
        var sample = new Sample().Image(1).Person(1, 100, 100);
        for (var i = 0; i < 20; i++) { sample.Found(1, 400, 400, 0.9); }
        Assert.Equal(0, sample.Found(1, 100, 100, 0.1).Scores().Ar);
    }

    [Fact]
    public void Of_EquallySimilarPeople_TheLaterOneIsTaken()
    {
        // The first detection lies in the middle. Were it given the first person, the second detection would find nobody.
        var sample = new Sample().Image(1).Person(1, 90, 100).Person(1, 110, 100).Found(1, 100, 100, 0.9).Found(1, 90, 100, 0.8);
        Assert.Equal(1, sample.Scores().Ar50);
    }

    [Fact]
    public void Of_DetectionOutsideTheSizeClass_IsNoMissThere()
    {
        var sample = new Sample().Image(1).Person(1, 100, 100, area: 5000);
        // A large stray detection counts against all, not against medium.
        var s = sample.Found(1, 400, 400, 0.95, side: 200).Found(1, 100, 100, 0.9, side: 70).Scores();
        Assert.Equal((0.5, 1.0), (s.Ap, s.ApMedium), (a, b) => Near(a.Item1, b.Item1) && Near(a.Item2, b.Item2));
    }

    [Fact]
    public void Of_JointSubset_CountsPeopleByTheseJoints()
    {
        var sample = new Sample().Image(1).Person(1, 100, 100).Found(1, 100, 100, 0.9);
        var points = sample.Points(300, 300, 0);
        points[2] = 2; // only the nose is labelled
        sample.Person(1, 300, 300, labelled: 1, points: points);
        Assert.Equal(0.5, sample.Scores().Ar, 1e-12);
        Assert.Equal(1, sample.Scores(KeypointTask.Plain(sample.Dataset, [.. Enumerable.Range(5, 12)])).Ar, 1e-12);
    }

    [Fact]
    public void CrowdScores_AreRoundedToFourDigitsAndSplitByCrowdIndex()
    {
        var sample = new Sample(Skeletons.CrowdPose14).Image(1, 0.1).Image(2, 0.2).Image(3, 0.8).Image(4, 0.9);
        for (var i = 1; i <= 4; i++) { sample.Person(i, 100, 100, area: null); }
        sample.Found(1, 100, 100, 0.9).Found(2, 400, 400, 0.95).Found(2, 400, 300, 0.94).Found(2, 100, 100, 0.9).Found(3, 100, 100, 0.9);
        Assert.Equal(new CrowdScores(1, 0.3333, 0.505), CrowdScores.Of(sample.Prepare()));
    }

    [Fact]
    public void Prepare_CrowdPose_TakesTheAreaFromTheBoxAndDropsEmptyDetections()
    {
        var sample = new Sample(Skeletons.CrowdPose14).Image(1, 0.1).Person(1, 100, 100, area: 7);
        sample.Found(1, 100, 100, 0.9).Found(1, 0, 0, 0.8, points: new double[42]);
        var image = Assert.Single(sample.Prepare());
        Assert.Equal(5300, image.People[0].Area, 1e-9);
        Assert.Single(image.Found);
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-12;

    private static bool Near((double, double, double, double, double) a, (double, double, double, double, double) b) =>
        Near(a.Item1, b.Item1) && Near(a.Item2, b.Item2) && Near(a.Item3, b.Item3) && Near(a.Item4, b.Item4) && Near(a.Item5, b.Item5);
}
