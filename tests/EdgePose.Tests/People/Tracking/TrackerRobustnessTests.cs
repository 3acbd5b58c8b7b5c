using EdgePose.Domain;
using EdgePose.People.Tracking;
using EdgePose.TestSupport;

namespace EdgePose.Tests.People.Tracking;

/// <summary>Whatever the networks and clocks deliver: no exception, no allocation, no nonsense.</summary>
public sealed class TrackerRobustnessTests
{
    private readonly PoseList _poses = new(17);
    private readonly TrackedPoseList _people = new(17);

    [Fact(DisableParallelization = true)]
    public void Update_ThousandFramesInSteadyState_AllocatesNothing()
    {
        var (clip, tracker) = (Scenes.Street(30, 35), Scenes.NewTracker(o => o with { Predicted = PredictedPeople.Propagate }));
        var frames = clip.Frames.Select(frame =>
        {
            var poses = new PoseList(17);
            new ScriptedDetector(3) { FalsePositives = 2 }.Detect(clip, frame, poses);
            return poses;
        }).ToArray();
        // The second epoch repeats the first one exactly, so nothing is larger than what was seen before.
        for (var i = 0; i < frames.Length; i++) { tracker.Update(frames[i], 1, i / 30.0, _people); }
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < frames.Length; i++) { tracker.Update(frames[i], 2, i / 30.0, _people); }
        }));
        Assert.True(frames.Length >= 1000);
    }

    [Fact]
    public void Update_TimeStandsStillOrRunsBackwards_KeepsTheIds()
    {
        var tracker = Scenes.NewTracker();
        double[] times = [5, 5, 5.1, 3.0, 3.1, 3.1, 3.2, double.NaN, 3.3, 0, 0.1, double.PositiveInfinity, 0.2];
        for (var i = 0; i < times.Length; i++)
        {
            Scenes.Fill(_poses, Scenes.Person(1, 100 + i, 200), Scenes.Person(2, 400 - i, 200));
            tracker.Update(_poses, 1, times[i], _people);
            Assert.Equal([1, 2], Scenes.Ids(_people).Order());
        }
        // Time goes on after a jump back: an absence still ends.
        _poses.Clear();
        for (var t = 0.3; t < 3; t += 0.1) { tracker.Update(_poses, 1, t, _people); }
        Scenes.Fill(_poses, Scenes.Person(1, 110, 200));
        tracker.Update(_poses, 1, 3.0, _people);
        tracker.Update(_poses, 1, 3.1, _people);
        Assert.Equal([3], Scenes.Ids(_people));
    }

    [Fact]
    public void Update_HugeJumpForward_StartsNewPeople()
    {
        var tracker = Scenes.NewTracker();
        Scenes.Fill(_poses, Scenes.Person(1, 100, 200));
        tracker.Update(_poses, 1, 0, _people);
        tracker.Update(_poses, 1, 1e9, _people);
        Assert.Equal([2], Scenes.Ids(_people));
    }

    [Fact]
    public void Update_PosesWithoutFiniteExtent_AreLeftOut()
    {
        var tracker = Scenes.NewTracker();
        Box[] boxes =
        [
            new(float.NaN, 0, 1, 1), new(0, 0, float.PositiveInfinity, 9), new(50, 50, 10, 10), new(-1e30f, -1e30f, 1e30f, 1e30f), default,
        ];
        for (var i = 0; i < 3; i++)
        {
            Scenes.Fill(_poses, Scenes.Person(1, 300, 200));
            _poses[0].Points[3] = new Keypoint(float.NaN, 5, 1);
            _poses[0].Points[4] = new Keypoint(float.PositiveInfinity, 5, 1);
            foreach (var box in boxes) { var pose = _poses.Add(); (pose.Box, pose.Score) = (box, 0.9f); }
            var noScore = _poses.Add();
            (noScore.Box, noScore.Score) = (new Box(1, 1, 50, 90), float.NaN);
            tracker.Update(_poses, 1, i * 0.1, _people);
            Assert.Equal([1], Scenes.Ids(_people));
        }
    }

    [Fact]
    public void Update_HundredPeople_AllKeepTheirIds()
    {
        var tracker = Scenes.NewTracker();
        for (var i = 0; i < 20; i++)
        {
            Scenes.Fill(_poses, Enumerable.Range(0, 100).Select(k => Scenes.Person(k + 1, 40 + k % 20 * 60 + 2 * i, 60 + k / 20 * 130 + i, 100)));
            tracker.Update(_poses, 1, i * 0.1, _people);
        }
        Assert.Equal(Enumerable.Range(1, 100).Select(k => (long)k), Scenes.Ids(_people).Order());
    }

    [Fact]
    public void Update_MoreStrangersThanTracks_StaysWithinTheLimit()
    {
        var tracker = Scenes.NewTracker(o => o with { MaxTracks = 10 });
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            Scenes.Fill(_poses, Enumerable.Range(0, 15).Select(k => Scenes.Person(k, random.Next(3000), random.Next(2000), 60)));
            tracker.Update(_poses, 1, i * 0.01, _people);
            Assert.InRange(_people.Count, 0, 10);
        }
    }

    [Fact]
    public void Update_RandomInput_ListsEachIdOnceAndOnlyRisingNewOnes()
    {
        var (random, tracker, known, last, time) = (new Random(9), Scenes.NewTracker(o => o with { Predicted = PredictedPeople.Propagate }), new HashSet<long>(), 0L, 0.0);
        for (var i = 0; i < 3000; i++)
        {
            _poses.Clear();
            for (var n = random.Next(8); n > 0; n--)
            {
                var pose = _poses.Add();
                pose.Score = (float)random.NextDouble();
                if (random.Next(3) > 0) { pose.Box = new Box(Value(), Value(), Value(), Value()); }
                for (var j = 0; j < 17; j++) { pose.Points[j] = new Keypoint(Value(), Value(), (float)random.NextDouble()); }
            }
            time += random.Next(20) == 0 ? random.NextDouble() * 4 - 2 : random.NextDouble() * 0.1;
            tracker.Update(_poses, random.Next(300) == 0 ? i : 1, time, _people);
            var ids = Scenes.Ids(_people);
            Assert.Equal(ids.Length, ids.Distinct().Count());
            foreach (var id in ids.Where(known.Add).Order()) { Assert.True(id > last); last = id; }
            for (var k = 0; k < _people.Count; k++)
            {
                Assert.True(float.IsFinite(_people[k].Box.Area) && float.IsFinite(_people[k].Score) && double.IsFinite(_people[k].AgeMs));
                Assert.All(_people[k].Points, p => Assert.True(float.IsFinite(p.X) && float.IsFinite(p.Y) || p == Keypoint.Missing));
            }
        }

        float Value() => random.Next(40) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => 1e9f, 3 => -1e9f, _ => random.Next(640) };
    }
}
