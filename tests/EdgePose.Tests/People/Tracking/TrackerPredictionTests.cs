using EdgePose.Domain;
using EdgePose.People.Tracking;

namespace EdgePose.Tests.People.Tracking;

public sealed class TrackerPredictionTests
{
    private readonly PoseList _poses = new(17);
    private readonly TrackedPoseList _people = new(17);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Update_PersonUnseen_IsListedWithAgeAndDecayedConfidence(bool propagate)
    {
        var how = propagate ? PredictedPeople.Propagate : PredictedPeople.Hold;
        var tracker = Walk(o => o with { Predicted = how, Smooth = false });
        var last = (_people[0].Points[11], _people[0].Box);
        _poses.Clear();
        tracker.Update(_poses, 1, 2.25, _people);
        var person = _people[0];
        Assert.Equal((1, 250.0), (person.Track, Math.Round(person.AgeMs, 3)));
        Assert.Equal(0.9 * Math.Exp(-0.5), person.Score, 1e-4);
        Assert.Equal(0.8 * Math.Exp(-0.5), person.Points[11].Score, 1e-4);
        var moved = propagate ? 25 : 0;
        Assert.Equal(propagate ? PoseSource.Propagated : PoseSource.Held, person.Source);
        Assert.Equal(last.Item1.X + moved, person.Points[11].X, 1.5f);
        Assert.Equal(last.Box.CenterX + moved, person.Box.CenterX, 1.5f);
    }

    [Fact]
    public void Update_PredictedPeopleOff_ListsOnlyWhatWasMeasured()
    {
        var tracker = Walk(o => o);
        _poses.Clear();
        tracker.Update(_poses, 1, 2.1, _people);
        Assert.Equal(0, _people.Count);
    }

    [Fact]
    public void Update_LongUnseen_IsListedNoMore()
    {
        var tracker = Walk(o => o with { Predicted = PredictedPeople.Propagate });
        _poses.Clear();
        tracker.Update(_poses, 1, 2.9, _people);
        Assert.Equal(1, _people.Count);
        tracker.Update(_poses, 1, 3.1, _people);
        Assert.Equal(0, _people.Count);
    }

    [Fact]
    public void Predict_BetweenFrames_MovesPeopleAndChangesNothing()
    {
        var (asked, silent) = (Walk(o => o), Walk(o => o));
        for (var i = 1; i < 10; i++)
        {
            asked.Predict(2 + i * 0.01, _people);
            Assert.Equal((1, PoseSource.Propagated), (_people[0].Track, _people[0].Source));
        }
        Assert.Equal(260 + 9, _people[0].Box.CenterX, 1.5f);
        Scenes.Fill(_poses, Scenes.Person(1, 271, 200));
        asked.Update(_poses, 1, 2.1, _people);
        var points = _people[0].Points.ToArray();
        silent.Update(_poses, 1, 2.1, _people);
        Assert.Equal(points, _people[0].Points);
    }

    [Fact]
    public void Predict_AtTheTimeOfTheMeasurement_RepeatsIt()
    {
        var tracker = Walk(o => o);
        var points = _people[0].Points.ToArray();
        tracker.Predict(2, _people);
        Assert.Equal(points, _people[0].Points);
        Assert.Equal(PoseSource.Measured, _people[0].Source);
    }

    [Fact]
    public void Predict_BeforeTheFirstFrame_ListsNobody()
    {
        Scenes.NewTracker().Predict(1, _people);
        Assert.Equal(0, _people.Count);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(6, false)]
    [InlineData(200, true)]
    public void Update_WhoWasLeftOutIsFoundAgainUnderAnotherNumber_IsNobodyNew(double apart, bool isSomebodyElse)
    {
        var tracker = Scenes.NewTracker();
        for (var i = 0; i < 3; i++)
        {
            Scenes.Fill(_poses, Scenes.Person(1, 100, 200, 40));
            _poses[0].Person = 1;
            tracker.Update(_poses, 1, i * 0.2, _people);
        }
        for (var i = 3; i < 6; i++)
        {
            // The detector's box of a small figure does not cover the box that is left out.
            Scenes.Fill(_poses, Scenes.Person(2, 100 + apart, 200, 44));
            _poses[0].Person = 2;
            tracker.Update(_poses, 1, i * 0.2, i == 3 ? [1] : isSomebodyElse ? [1] : [], _people);
            Assert.Equal(isSomebodyElse && i > 3 ? [1, 2] : [1], Scenes.Ids(_people));
        }
        Assert.Equal(isSomebodyElse ? PoseSource.Propagated : PoseSource.Measured, _people[0].Source);
    }

    /// <summary>Two seconds of walking at 100 pixels per second, 20 frames per second.</summary>
    private Tracker Walk(Func<TrackerSettings, TrackerSettings> change)
    {
        var tracker = Scenes.NewTracker(change);
        for (var i = 0; i <= 40; i++)
        {
            Scenes.Fill(_poses, Scenes.Person(1, 60 + 5 * i, 200));
            tracker.Update(_poses, 1, i * 0.05, _people);
        }
        return tracker;
    }
}
