using EdgePose.Domain;
using EdgePose.People.Listing;
using EdgePose.People.Persons;
using EdgePose.TestSupport;
using EdgePose.Tests.People.Skipping;

namespace EdgePose.Tests.People.Listing;

/// <summary>Who is published of those who are known.</summary>
public sealed class ListingRuleTests
{
    private const int Width = 320, Height = 240;

    private readonly TrackedPoseList _people = new(17);
    private readonly Crowd _crowd = new(Skeletons.Coco17, 0.3f);

    private void Add(double middle, double ground = 220, double height = 160, float score = 0.8f, PoseSource source = PoseSource.Propagated)
    {
        var (walker, person) = (new Walker(1, middle, ground, height, 0), _people.Add());
        _crowd.Meet(0).Listed = person;
        var joints = walker.Joints(0);
        for (var j = 0; j < 17; j++)
        {
            person.Measured[j] = new Keypoint((float)joints[j].X, (float)joints[j].Y, 0.8f);
            person.Points[j] = person.Measured[j] with { Score = score };
        }
        (person.Track, person.Score, person.Box, person.Source) = (_people.Count, score, walker.BoxAt(0), source);
    }

    private long[] Listed(float minScore = 0.1f)
    {
        new ListingRule(Skeletons.Coco17, new ListingSettings { MinScore = minScore }, 0.3f).Apply(_crowd, _people, Width, Height);
        return [.. Enumerable.Range(0, _people.Count).Select(i => _people[i].Track)];
    }

    [Theory]
    [InlineData(0.01f, PoseSource.Propagated)]
    [InlineData(0.01f, PoseSource.Held)]
    [InlineData(0.01f, PoseSource.Measured)]
    [InlineData(0.099f, PoseSource.Propagated)]
    [InlineData(float.NaN, PoseSource.Propagated)]
    internal void Apply_ScoreBelowTheFloor_IsNotPublished(float score, PoseSource source)
    {
        Add(100, score: score, source: source);
        Add(220, score: 0.1f, source: source);
        Assert.Equal([2], Listed());
    }

    [Fact]
    public void Apply_FloorOfZero_PublishesEverybody()
    {
        Add(100, score: 0);
        Assert.Equal([1], Listed(0));
    }

    [Theory]
    [InlineData(160, 220, true)]
    [InlineData(15, 220, true)]
    [InlineData(-5, 220, false)]
    [InlineData(-200, 220, false)]
    [InlineData(325, 220, false)]
    [InlineData(600, 220, false)]
    [InlineData(160, 60, false)]
    [InlineData(160, 340, false)]
    [InlineData(160, 700, false)]
    public void Apply_PredictedPerson_IsPublishedWhileInThePicture(double middle, double ground, bool published)
    {
        Add(middle, ground);
        Assert.Equal(published ? [1] : [], Listed());
        if (published) { Assert.Equal(_people[0].Box.Clip(Width, Height), _people[0].Box); }
    }

    [Fact]
    public void Apply_MeasuredPersonAtTheBorder_IsPublishedAsMeasured()
    {
        Add(-5, source: PoseSource.Measured);
        Assert.Equal([1], Listed());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(8)]
    public void Apply_TwoOnOnePerson_PublishesTheOneWhoWasMeasured(double apart)
    {
        Add(100, score: 0.9f);
        Add(100 + apart, score: 0.4f, source: PoseSource.Measured);
        Assert.Equal([2], Listed());
    }

    [Fact]
    public void Apply_SeveralOnOnePerson_PublishesOne()
    {
        Add(200);
        foreach (var score in (float[])[0.5f, 0.6f, 0.9f, 0.7f]) { Add(100, score: score); }
        Add(30);
        Assert.Equal([1, 4, 6], Listed());
    }

    [Fact]
    public void Apply_EqualPredictions_KeepsWhomWeKnowLonger()
    {
        Add(100);
        Add(100);
        Assert.Equal([1], Listed());
    }

    [Fact]
    public void Apply_SmallFigureFoundTwice_PublishesOne()
    {
        // Somebody 30 pixels tall: found by the detector again, two pixels off, while the first finding is moved on.
        Add(100, 200, 30);
        Add(102, 201, 31, source: PoseSource.Measured);
        Assert.Equal([2], Listed());
    }

    [Fact]
    public void Apply_TwoWithoutJoints_AreComparedByTheirBoxes()
    {
        Add(100);
        Add(104);
        Add(200);
        for (var i = 0; i < 3; i++) { _people[i].Points.AsSpan().Fill(Keypoint.Missing); }
        Assert.Equal([1, 3], Listed());
    }

    [Fact]
    public void Apply_PeopleSideBySide_AreAllPublished()
    {
        for (var i = 0; i < 5; i++) { Add(60 + 45 * i); }
        Assert.Equal([1, 2, 3, 4, 5], Listed());
    }

    [Theory]
    [InlineData(true, true, 0, 2)]
    [InlineData(true, true, 1, 1)]
    [InlineData(true, false, 0, 1)]
    [InlineData(false, false, 0, 1)]
    public void Apply_TwoWhoPassBeforeOneAnother_AreBothPublishedIfOneLookShowedBoth(bool firstApart, bool secondApart, double apartMs, int published)
    {
        Add(100, source: PoseSource.Measured);
        Add(110, source: PoseSource.Measured);
        _people[1].AgeMs = apartMs;
        (_crowd.Tracked[0].HasStoodApart, _crowd.Tracked[1].HasStoodApart) = (firstApart, secondApart);
        Assert.Equal(published, Listed().Length);
    }

    [Fact]
    public void Apply_MeasuredAlone_HasStoodApart()
    {
        Add(100, source: PoseSource.Measured);
        Add(104, source: PoseSource.Measured);
        Add(250, source: PoseSource.Propagated);
        Listed();
        Assert.Equal([true, false, false], _crowd.Tracked.Select(p => p.HasStoodApart));
    }

    [Fact]
    public void Apply_ManyPeople_AllocatesNothing()
    {
        var rule = new ListingRule(Skeletons.Coco17, new ListingSettings(), 0.3f);
        for (var i = 0; i < 20; i++) { Add(20 + 14 * i, source: PoseSource.Measured); }
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 100; i++) { rule.Apply(_crowd, _people, Width, Height); }
        }));
    }
}
