using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Tests.Events.Figures;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EdgePose.Tests.Events;

/// <summary>What must not change what is found: mirrors, frame rates, the order of people, rotations. Fixed seeds: no build fails by chance.</summary>
[Properties(Arbitrary = [typeof(PropertyTests)], MaxTest = 60, Replay = "(20261122,7)")]
public sealed class PropertyTests
{
    private const double Length = 14;

    private static readonly RuleSettings[] Rules =
    [
        EngineRun.Rule(new ZoneRule.Settings()), EngineRun.Rule(new OccupancyRule.Settings()), EngineRun.Line, EngineRun.Dwell, EngineRun.Crowding with { Count = 2 },
        EngineRun.Fall, EngineRun.Lying with { After = TimeSpan.FromSeconds(3) }, EngineRun.HandUp, EngineRun.WrongWay,
    ];

    /// <summary>What one person does: walks along three points; then stands, falls, or raises a hand.</summary>
    public sealed record Part(int X1, int Y1, int X2, int Y2, int Start, int Act);

    public static Arbitrary<Part[]> Scenes()
    {
        var part =
            from x1 in Gen.Choose(10, 90)
            from y1 in Gen.Choose(50, 95)
            from x2 in Gen.Choose(10, 90)
            from y2 in Gen.Choose(50, 95)
            from start in Gen.Choose(0, 6)
            from act in Gen.Choose(0, 3)
            select new Part(x1, y1, x2, y2, start, act);
        return part.ArrayOf().Where(p => p.Length is > 0 and <= 4).ToArbitrary();
    }

    [Property]
    public void MirroredScene_GivesMirroredEvents(Part[] parts)
    {
        var here = EngineRun.Play(EngineRun.Options(Rules), Film(parts, 5));
        var options = EngineRun.Options([.. Rules.Select(r => r is WrongWayRule.Settings way ? way with { Direction = -way.Direction } : r)])
            .WithZones(new ZoneShape("left", [.. EngineRun.Left.Corners.Select(Mirror)]))
            .WithLines(new LineShape("middle", Mirror(EngineRun.Middle.From), Mirror(EngineRun.Middle.To)));
        var mirror = EngineRun.Play(options, Film(parts, 5).Select(Mirror));
        Assert.Equal(EngineRun.Words(here.Select(e => e with { Direction = Mirror(e.Direction) })), EngineRun.Words(mirror));
        Assert.Equal(here.Select(e => e.Time), mirror.Select(e => e.Time));
    }

    [Property]
    public void DoubledFrameRate_GivesTheSameEvents(Part[] parts)
    {
        var slow = EngineRun.Play(EngineRun.Options(Rules), Film(parts, 10));
        var fast = EngineRun.Play(EngineRun.Options(Rules), Film(parts, 20));
        // Where two people come or go within a frame of each other, the numbers in between depend on which of them a frame shows first.
        var moves = fast.Where(e => e.Type == ZoneRule.Enter || e.Type == ZoneRule.Leave).Select(e => e.Time).Order().ToList();
        if (moves.Zip(moves.Skip(1), (a, b) => b - a).Any(d => d <= TimeSpan.FromSeconds(0.3)))
        {
            slow.RemoveAll(e => e.Count is not null);
            fast.RemoveAll(e => e.Count is not null);
        }
        Assert.Equal(EngineRun.Words(Ordered(slow)), EngineRun.Words(Ordered(fast)));
        foreach (var (a, b) in Ordered(slow).Zip(Ordered(fast))) { Assert.InRange(Math.Abs((a.Time - b.Time).TotalSeconds), 0, 0.35); }
    }

    [Property]
    public void PermutedPeople_GiveTheSameEventsToTheLastBit(Part[] parts, int seed)
    {
        var random = new Random(seed);
        var straight = EngineRun.Play(EngineRun.Options(Rules), Film(parts, 5));
        var shuffled = EngineRun.Play(EngineRun.Options(Rules), Film(parts, 5).Select(s => Reorder(s, [.. Enumerable.Range(0, s.Count).OrderBy(_ => random.Next())])));
        Assert.Equal(straight.Select(Flat), shuffled.Select(Flat));
    }

    /// <summary>At least one scene of five says something; <see cref="FsCheck"/> fails when it finds too few.</summary>
    [Property(MaxTest = 200, MaxRejected = 800)]
    public Property RotatedZone_HoldsTheSamePeople(Part[] parts, int turn)
    {
        var degrees = (int)((uint)turn % 360);
        var doubtful = false;
        List<(double, int)> Counts(float turn, bool reversed)
        {
            Vector2 Turn(Vector2 p) => new Vector2(0.5f) + Vector2.TransformNormal(p - new Vector2(0.5f), Matrix3x2.CreateRotation(turn * MathF.PI / 180));
            // In the middle of the picture, small enough to stay in it: a concave zone.
            Vector2[] corners = [.. new Vector2[] { new(0.3f, 0.3f), new(0.7f, 0.3f), new(0.7f, 0.7f), new(0.5f, 0.45f), new(0.3f, 0.7f) }.Select(Turn)];
            if (reversed) { Array.Reverse(corners); }
            var (counts, time, polygon) = (new List<(double, int)>(), 0.0, new Polygon(corners));
            var engine = new EventEngine(EngineRun.Options().WithZones(new ZoneShape("z", corners)), _ => { }, (_, people) => counts.Add((time, people)));
            foreach (var scene in EngineRun.SceneFlow(Length, (s, t) =>
            {
                for (var i = 0; i < parts.Length; i++)
                {
                    var foot = Turn(Vector2.Lerp(new Vector2(parts[i].X1, parts[i].Y1 - 25), new Vector2(parts[i].X2, 95 - parts[i].Y2), (float)(t / Length)) / 100);
                    var distance = polygon.SignedDistance(foot);
                    doubtful |= MathF.Abs(distance) < 5e-4f || MathF.Abs(distance + 0.015f) < 5e-4f;
                    if (t >= parts[i].Start) { EngineRun.AddStanding(s, i + 1, foot.X, foot.Y, 0.2f); }
                }
            }))
            {
                time = Clock.Seconds(new PoseEvent { Stream = "", Epoch = 0, Type = EventType.Gap, Phase = 0, Key = "", Rule = "", Time = scene.Time.Utc, Microseconds = 0, Reason = "" });
                engine.Process(scene);
            }
            return counts;
        }
        var (straight, turned) = (Counts(0, false), Counts(degrees, degrees % 2 == 1));
        // The grid moves a foot by up to half a step, in other directions after a rotation: who is that near to a limit decides nothing.
        return Prop.When(!doubtful, () => Assert.Equal(straight, turned));
    }

    private static IEnumerable<Scene> Film(Part[] parts, double fps) => EngineRun.SceneFlow(Length, (scene, t) =>
    {
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            var since = t - part.Start;
            if (since < 0) { continue; }
            var share = (float)Math.Clamp(since / 5, 0, 1);
            var at = Vector2.Lerp(new Vector2(part.X1, part.Y1), new Vector2(part.X2, part.Y2), share) / 100;
            EngineRun.AddStanding(scene, i + 1, at.X, at.Y, pose: Pose(part.Act, since - 5));
        }
    }, fps);

    private static Vector3[] Pose(int act, double since) => (act, since) switch
    {
        (1, > 0) => Tip((float)Math.Min(1, since / 0.7)),
        (2, > 0 and < 2) => Figure.Arm(Figure.Stand(), true, 170, 175),
        (3, > 0 and < 2) => Figure.Arm(Figure.Stand(), false, 170, 175),
        _ => Figure.Stand(),
    };

    private static Vector3[] Tip(float share) => Figure.Tip(Figure.Stand(), 88 * share * share, 90);

    private static Scene Mirror(Scene scene)
    {
        var mirror = Like(scene);
        for (var i = 0; i < scene.Count; i++)
        {
            var (from, to) = (scene[i], mirror.Add());
            Copy(from, to);
            to.Box = new Box(1 - from.Box.X2, from.Box.Y1, 1 - from.Box.X1, from.Box.Y2);
            for (var j = 0; j < from.Points.Length; j++)
            {
                var p = from.Points[Skeletons.Coco17.Flip[j]];
                to.Points[j] = p with { X = 1 - p.X };
            }
        }
        return mirror;
    }

    private static Scene Reorder(Scene scene, int[] order)
    {
        var other = Like(scene);
        foreach (var i in order)
        {
            var to = other.Add();
            Copy(scene[i], to);
            scene[i].Points.CopyTo(to.Points, 0);
            to.Box = scene[i].Box;
        }
        return other;
    }

    private static Scene Like(Scene scene) => new(scene.Skeleton) { Time = scene.Time, Epoch = scene.Epoch, Width = scene.Width, Height = scene.Height };

    private static void Copy(Body from, Body to) => (to.Track, to.Score, to.Source, to.AgeMs) = (from.Track, from.Score, from.Source, from.AgeMs);

    private static Vector2 Mirror(Vector2 p) => p with { X = 1 - p.X };

    private static string Mirror(string direction) => direction switch
    {
        "left_to_right" => "right_to_left",
        "right_to_left" => "left_to_right",
        "left" => "right",
        "right" => "left",
        _ => direction,
    };

    private static IEnumerable<PoseEvent> Ordered(IEnumerable<PoseEvent> events) =>
        events.OrderBy(e => e.Rule, StringComparer.Ordinal).ThenBy(e => e.Track).ThenBy(e => e.Type.Name, StringComparer.Ordinal).ThenBy(e => e.Phase).ThenBy(e => e.Time);

    // Everything that an event says, joints and history included.
    private static string Flat(PoseEvent e) =>
        $"{e with { Points = [], History = [] }} {string.Join(',', e.Points)} {string.Join(';', e.History.Select(h => $"{h.Before} {string.Join(',', h.Points)}"))}";
}
