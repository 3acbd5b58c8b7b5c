using EdgePose.Domain;
using EdgePose.People.Tracking;

namespace EdgePose.Tests.People.Tracking;

/// <summary>Small scenes whose right answer is plain.</summary>
public sealed class TrackerSceneTests
{
    private readonly PoseList _poses = new(17);
    private readonly TrackedPoseList _people = new(17);

    [Theory]
    [InlineData(30)]
    [InlineData(10)]
    [InlineData(5)]
    [InlineData(3)]
    public void Update_WalkersCross_KeepTheirIds(double fps)
    {
        var ids = Follow(Crossing(fps), Scenes.NewTracker());
        Assert.Equal([1], ids[1]);
        Assert.Equal([2], ids[2]);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(10)]
    [InlineData(5)]
    public void Update_WalkerBehindAPillar_ComesOutWithTheSameId(double fps)
    {
        var clip = Scenes.Play("pillar", fps, 4, t => t is > 1.5 and < 2.4 ? [Scenes.Person(2, 500, 300)] : [Scenes.Person(1, 60 + 110 * t, 180), Scenes.Person(2, 500, 300)]);
        Assert.Equal([1], Follow(clip, Scenes.NewTracker())[1]);
    }

    [Fact]
    public void Update_PeopleComeAndGo_NeverShareAnId()
    {
        // One person at a time on the same spot, three seconds apart.
        var clip = Scenes.Play("shift", 10, 20, t => t % 5 < 2 ? [Scenes.Person(1 + (int)(t / 5), 300, 200)] : []);
        var ids = Follow(clip, Scenes.NewTracker());
        Assert.Equal([1, 2, 3, 4], ids.Values.SelectMany(v => v).Order());
    }

    [Fact]
    public void Update_OtherOrderOfDetections_GivesTheSameIds()
    {
        var clip = Scenes.Street(10);
        var expected = Transcript(clip, new ScriptedDetector(1) { Shuffle = false });
        var shuffled = Transcript(clip, new ScriptedDetector(1) { Shuffle = false }, shuffle: true);
        Assert.Equal(expected, shuffled);
        Assert.NotEmpty(expected);
    }

    [Fact]
    public void Update_DoubledFrameRate_GivesTheSameIds()
    {
        var (slow, fast) = (new Dictionary<(double, int), long>(), new Dictionary<(double, int), long>());
        foreach (var (fps, ids) in new[] { (15.0, slow), (30.0, fast) })
        {
            var tracker = Scenes.NewTracker();
            foreach (var frame in Crossing(fps).Frames)
            {
                Scenes.Fill(_poses, frame.Actors);
                tracker.Update(_poses, 1, frame.Time, _people);
                foreach (var actor in frame.Actors) { ids[(Math.Round(frame.Time, 3), actor.Id)] = Scenes.IdOf(_people, actor); }
            }
        }
        Assert.All(slow, s => Assert.Equal(s.Value, fast[s.Key]));
    }

    [Fact]
    public void Update_MirroredScene_GivesTheMirroredResult()
    {
        var (detector, clip) = (new ScriptedDetector(2) { Shuffle = false }, Scenes.Street(10));
        var (left, right) = (Scenes.NewTracker(), Scenes.NewTracker());
        var (mirrored, people) = (new PoseList(17), new TrackedPoseList(17));
        foreach (var frame in clip.Frames)
        {
            detector.Detect(clip, frame, _poses);
            mirrored.Clear();
            for (var i = 0; i < _poses.Count; i++)
            {
                var (p, m) = (_poses[i], mirrored.Add());
                (m.Score, m.Box) = (p.Score, new Box(640 - p.Box.X2, p.Box.Y1, 640 - p.Box.X1, p.Box.Y2));
                for (var j = 0; j < 17; j++) { m.Points[j] = p.Points[Scenes.Coco.Flip[j]] with { X = 640 - p.Points[Scenes.Coco.Flip[j]].X }; }
            }
            left.Update(_poses, 1, frame.Time, _people);
            right.Update(mirrored, 1, frame.Time, people);
            Assert.Equal(Scenes.Ids(_people), Scenes.Ids(people));
            for (var i = 0; i < people.Count; i++) { Assert.Equal(640 - _people[i].Points[5].X, people[i].Points[6].X, 0.01f); }
        }
    }

    /// <summary>Two people of nearly the same height walk through one another; each hides the other for a moment.</summary>
    private static Clip Crossing(double fps) => Scenes.Play("crossing", fps, 6, t =>
    {
        var (a, b) = (Scenes.Person(1, 40 + 95 * t, 200, 160), Scenes.Person(2, 600 - 95 * t, 212, 170));
        return a.Box.Iou(b.Box) > 0.5 ? [b] : [a, b];
    });

    /// <summary>The ids that each person had.</summary>
    private Dictionary<int, HashSet<long>> Follow(Clip clip, Tracker tracker)
    {
        var ids = new Dictionary<int, HashSet<long>>();
        foreach (var frame in clip.Frames)
        {
            Scenes.Fill(_poses, frame.Actors);
            tracker.Update(_poses, 1, frame.Time, _people);
            foreach (var actor in frame.Actors)
            {
                if (Scenes.IdOf(_people, actor) is var id and > 0)
                {
                    if (!ids.TryGetValue(actor.Id, out var set)) { ids[actor.Id] = set = []; }
                    set.Add(id);
                }
            }
        }
        return ids;
    }

    private List<(long, float)> Transcript(Clip clip, ScriptedDetector detector, bool shuffle = false)
    {
        var (tracker, random, result, plain) = (Scenes.NewTracker(), new Random(8), new List<(long, float)>(), new PoseList(17));
        foreach (var frame in clip.Frames)
        {
            detector.Detect(clip, frame, plain);
            var order = Enumerable.Range(0, plain.Count).ToArray();
            if (shuffle) { random.Shuffle(order); }
            _poses.Clear();
            foreach (var i in order)
            {
                var pose = _poses.Add();
                (pose.Score, pose.Box) = (plain[i].Score, plain[i].Box);
                plain[i].Points.CopyTo(pose.Points, 0);
            }
            tracker.Update(_poses, 1, frame.Time, _people);
            for (var i = 0; i < _people.Count; i++) { result.Add((_people[i].Track, _people[i].Box.X1)); }
        }
        return result;
    }
}
