using EdgePose.Domain;
using EdgePose.People.Tracking;

namespace EdgePose.Tests.People.Tracking;

/// <summary>When people get an id, keep it and lose it.</summary>
public sealed class TrackerTests
{
    private readonly PoseList _poses = new(17);
    private readonly TrackedPoseList _people = new(17);

    [Fact]
    public void Update_FirstFrame_ListsEverybodyAtOnce()
    {
        Assert.Equal([1, 2, 3], Run(Scenes.NewTracker(), 0, Scenes.Person(1, 100, 200), Scenes.Person(2, 300, 200), Scenes.Person(3, 500, 200)).Order());
    }

    [Theory]
    [InlineData(30)]
    [InlineData(5)]
    [InlineData(3)]
    public void Update_PersonEnters_HasAnIdInTheSecondFrame(double fps)
    {
        var tracker = Scenes.NewTracker();
        Run(tracker, 0, Scenes.Person(1, 100, 200));
        Assert.Equal([1], Run(tracker, 1 / fps, Scenes.Person(1, 100, 200), Scenes.Person(2, 400, 200)));
        Assert.Equal([1, 2], Run(tracker, 2 / fps, Scenes.Person(1, 100, 200), Scenes.Person(2, 400 + 120 / fps, 200)));
    }

    [Fact]
    public void Update_FramesASecondApart_ListsNewPeopleAtOnce()
    {
        var tracker = Scenes.NewTracker();
        Run(tracker, 0, Scenes.Person(1, 100, 200));
        Assert.Equal([1, 2], Run(tracker, 2, Scenes.Person(1, 100, 200), Scenes.Person(2, 400, 200)));
    }

    [Fact]
    public void Update_FalsePositiveOfOneFrame_IsNeverListedAndUsesNoId()
    {
        var tracker = Scenes.NewTracker();
        Run(tracker, 0);
        Assert.Empty(Run(tracker, 0.1, Scenes.Person(9, 100, 100)));
        for (var i = 2; i < 10; i++) { Assert.Empty(Run(tracker, i * 0.1)); }
        Run(tracker, 1.0, Scenes.Person(1, 300, 200));
        Assert.Equal([1], Run(tracker, 1.1, Scenes.Person(1, 300, 200)));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    public void Update_NewcomerMissed_IsConfirmedAfterUpToTwoMisses(int misses, bool confirmed)
    {
        // Five frames a second: after the second miss more time has gone than an unconfirmed person has, so that the misses decide.
        const double Interval = 0.2;
        var tracker = Scenes.NewTracker();
        Run(tracker, 0, Scenes.Person(1, 100, 200));
        Run(tracker, Interval, Scenes.Person(1, 100, 200), Scenes.Person(2, 400, 200));
        for (var i = 0; i < misses; i++) { Run(tracker, (2 + i) * Interval, Scenes.Person(1, 100, 200)); }
        Assert.Equal(confirmed ? [1, 2] : [1], Run(tracker, (2 + misses) * Interval, Scenes.Person(1, 100, 200), Scenes.Person(2, 400, 200)));
    }

    [Fact]
    public void Update_NewEpoch_ForgetsEverybodyButNoId()
    {
        var tracker = Scenes.NewTracker();
        Run(tracker, 0, Scenes.Person(1, 100, 200), Scenes.Person(2, 300, 200));
        Scenes.Fill(_poses, Scenes.Person(1, 100, 200), Scenes.Person(2, 300, 200));
        tracker.Update(_poses, 2, 0.03, _people);
        Assert.Equal([3, 4], Scenes.Ids(_people).Order());
        tracker.Update(_poses, 1, 0.06, _people);
        Assert.Equal([5, 6], Scenes.Ids(_people).Order());
    }

    [Theory]
    [InlineData(1.4, true)]
    [InlineData(1.7, false)]
    public void Update_AbsenceAroundMaxLost_KeepsOrEndsTheTrack(double absence, bool same)
    {
        var tracker = Scenes.NewTracker();
        Run(tracker, 0, Scenes.Person(1, 100, 200));
        var t = 0.1;
        for (; t < absence - 0.05; t += 0.1) { Assert.Empty(Run(tracker, t)); }
        Run(tracker, absence, Scenes.Person(1, 100, 200));
        Assert.Equal([same ? 1 : 2], Run(tracker, absence + 0.1, Scenes.Person(1, 100, 200)));
    }

    [Fact]
    public void Update_LowScore_KeepsATrackButStartsNone()
    {
        var tracker = Scenes.NewTracker();
        Run(tracker, 0, Scenes.Person(1, 100, 200));
        for (var i = 1; i < 5; i++)
        {
            Scenes.Fill(_poses, Scenes.Person(1, 100 + 3 * i, 200), Scenes.Person(2, 400, 200));
            (_poses[0].Score, _poses[1].Score) = (0.15f, 0.2f);
            tracker.Update(_poses, 1, i * 0.1, _people);
            Assert.Equal([1], Scenes.Ids(_people));
        }
    }

    [Fact]
    public void Update_PersonFoundTwice_GetsOneTrack()
    {
        var tracker = Scenes.NewTracker();
        for (var i = 0; i < 5; i++) { Assert.Single(Run(tracker, i * 0.1, Scenes.Person(1, 200, 200), Scenes.Person(1, 202, 201))); }
    }

    [Fact]
    public void Update_CameraCut_GivesNewIdsAtOnceAndTheOldOnesBackWithThePicture()
    {
        var tracker = Scenes.NewTracker();
        Actor[] a = [Scenes.Person(1, 100, 150), Scenes.Person(2, 250, 150), Scenes.Person(3, 400, 150)];
        Actor[] b = [Scenes.Person(4, 175, 330, 120), Scenes.Person(5, 325, 340, 120), Scenes.Person(6, 560, 330, 120)];
        for (var i = 0; i < 5; i++) { Run(tracker, i * 0.1, a); }
        Assert.Equal([4, 5, 6], Run(tracker, 0.5, b).Order());
        Assert.Equal([4, 5, 6], Run(tracker, 0.6, b).Order());
        Assert.Equal([1, 2, 3], Run(tracker, 0.7, a).Order());
    }

    [Fact]
    public void Update_EmptyFrame_IsNoCut()
    {
        var tracker = Scenes.NewTracker();
        Actor[] a = [Scenes.Person(1, 100, 150), Scenes.Person(2, 250, 150), Scenes.Person(3, 400, 150)];
        Run(tracker, 0, a);
        Assert.Empty(Run(tracker, 0.1));
        Assert.Equal([1, 2, 3], Run(tracker, 0.2, a).Order());
    }

    [Fact]
    public void Update_SmoothOff_ListsJointsAsMeasured()
    {
        foreach (var smooth in new[] { false, true })
        {
            var tracker = Scenes.NewTracker(o => o with { Smooth = smooth });
            Run(tracker, 0, Scenes.Person(1, 100, 200));
            Run(tracker, 0.05, Scenes.Person(1, 106, 200));
            Assert.Equal(!smooth, _people[0].Points[0] == _poses[0].Points[0]);
            Assert.Equal(_poses[0].Box, _people[0].Box);
            Assert.Equal((PoseSource.Measured, 0.0, 0.9f), (_people[0].Source, _people[0].AgeMs, _people[0].Score));
        }
    }

    [Fact]
    public void Update_BoxMissing_TakesTheExtentsOfTheJoints()
    {
        var tracker = Scenes.NewTracker();
        Scenes.Fill(_poses, Scenes.Person(1, 200, 200));
        _poses[0].Box = default;
        tracker.Update(_poses, 1, 0, _people);
        Assert.True(_people[0].Box.Iou(Scenes.Person(1, 200, 200).Box) > 0.5f);
    }

    [Fact]
    public void Update_PosesOfAnotherSkeleton_Throws() =>
        Assert.Throws<ArgumentException>(() => Scenes.NewTracker().Update(new PoseList(14), 1, 0, _people));

    private long[] Run(Tracker tracker, double time, params Actor[] actors)
    {
        Scenes.Fill(_poses, actors);
        tracker.Update(_poses, 1, time, _people);
        return Scenes.Ids(_people);
    }
}
