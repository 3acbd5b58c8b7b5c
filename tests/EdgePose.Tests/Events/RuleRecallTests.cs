using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Tests.Events.Figures;

namespace EdgePose.Tests.Events;

/// <summary>Precision and recall of the rules on figures in space whose movements, and so whose events, are known. 5 frames a second, noise of a network.</summary>
public sealed class RuleRecallTests(ITestOutputHelper output)
{
    private const double Fps = 5;

    // On the ground before the camera, in picture coordinates: an L, so that its inner corner is tested too.
    private static readonly ZoneShape Corner = new("corner", [new(0.2f, 0.45f), new(0.8f, 0.45f), new(0.8f, 0.65f), new(0.5f, 0.65f), new(0.5f, 0.95f), new(0.2f, 0.95f)]);
    private static readonly LineShape Door = new("door", new(0.5f, 0.98f), new(0.5f, 0.4f));
    private static readonly ZoneShape Everywhere = new("all", [new(0, 0), new(1, 0), new(1, 1), new(0, 1)]);

    [Fact]
    public void ZonesAndLines_OfPeopleWhoWalkAbout_AreFound()
    {
        var (zone, line) = (new RecallTable("zone enter and leave"), new RecallTable("line crossing"));
        RuleSettings[] rules = [EngineRun.Rule(new ZoneRule.Settings()) with { Zone = "corner" }, EngineRun.Line with { Line = "door" }];
        for (var take = 0; take < 60; take++)
        {
            var random = new Random(100 + take);
            var film = new Film(new Camera(), [.. Enumerable.Range(1, 4).Select(i => Wanderer(i, random))]);
            var events = EngineRun.Play(EngineRun.Options(rules).WithZones(Corner).WithLines(Door), film.Shoot(Fps, 30, Lens.Usual, take));
            foreach (var actor in film.Actors)
            {
                var own = events.Where(e => e.Track == actor.Track && e.Reason != EndReason.TrackLost).ToList();
                zone.Add(Truth.OfZone(film, actor, Corner, 30), own.Where(e => (e.Type == ZoneRule.Enter || e.Type == ZoneRule.Leave)), e => e.Type == ZoneRule.Enter ? "in" : "out");
                line.Add(Truth.OfLine(film, actor, Door, 30), own.Where(e => e.Type == LineRule.Crossed), e => e.Direction);
            }
        }
        Show(zone, 0.95, 0.95);
        Show(line, 0.95, 0.95);
    }

    [Fact]
    public void HandRaised_AmongOtherThingsThatHandsDo_IsFound()
    {
        var table = new RecallTable("hand raised");
        Vector3[][] up = [Figure.Arm(Figure.Stand(), true, 170, 175), Figure.Arm(Figure.Stand(), false, 150, 170), Figure.Arm(Figure.Stand(), false, 105, 175), Figure.Arm(Figure.Arm(Figure.Stand(), true, 165, 170), false, 165, 170)];
        Vector3[][] down = [Figure.Arm(Figure.Stand(), true, 40, 150), Figure.Arm(Figure.Stand(), false, 60, 135), Figure.Arm(Figure.Stand(), true, 90, 90), Figure.Arm(Figure.Stand(), false, 30, 165), Figure.Bend(80)];
        for (var take = 0; take < 120; take++)
        {
            var random = new Random(200 + take);
            var raised = take % 2 == 0;
            var pose = raised ? up[random.Next(up.Length)] : down[random.Next(down.Length)];
            var motion = new Motion().Hold(2, Figure.Stand()).Move(0.5, Figure.Stand(), pose).Hold(2, pose).Move(0.5, pose, Figure.Stand()).Hold(3, Figure.Stand());
            var film = new Film(RandomCamera(random), [Still(motion, random)]);
            var events = EngineRun.Play(EngineRun.Options(EngineRun.HandUp), film.Shoot(Fps, motion.Length, Lens.Usual, take));
            table.Add(raised ? [new Moment("up", 2.3, true)] : [], events.Where(e => e.Phase == EventPhase.Start), _ => "up", late: 1.6);
        }
        Show(table, 0.95, 0.95);
    }

    [Fact]
    public void Lying_FromAllSides_IsFoundUnlessSeenAlongTheBody()
    {
        var table = new RecallTable("lying");
        for (var take = 0; take < 160; take++)
        {
            var random = new Random(300 + take);
            var lies = take % 2 == 0;
            Vector3[][] others = [Figure.Sit(), Figure.Squat(), Figure.SitOnFloor(), Figure.Bend(85), Figure.Stand()];
            var pose = lies ? Figure.Tip(Figure.Stand(), 88, 360 * (float)random.NextDouble()) : others[random.Next(others.Length)];
            var motion = new Motion().Hold(2, Figure.Stand()).Move(3, Figure.Stand(), pose).Hold(12, pose);
            var film = new Film(RandomCamera(random), [Still(motion, random)]);
            var events = EngineRun.Play(EngineRun.Options(EngineRun.Lying), film.Shoot(Fps, motion.Length, Lens.Usual, take));
            table.Add(lies ? [new Moment("lying", 4.5, true)] : [], events.Where(e => e.Phase == EventPhase.Start), _ => "lying", late: 6.5);
        }
        Show(table, 0.98, 0.65);
    }

    [Fact]
    public void WrongWay_AmongPeopleWhoWalkTheOtherWays_IsFound()
    {
        var table = new RecallTable("wrong way");
        var rule = EngineRun.WrongWay with { Zone = "all", Direction = Vector2.UnitX };
        for (var take = 0; take < 90; take++)
        {
            var random = new Random(400 + take);
            var (wrong, z) = (take % 3 == 0, 4 + 4 * (float)random.NextDouble());
            var (left, right) = (new Vector2(-2.5f, z), new Vector2(2.5f, z + 0.5f));
            Vector2[] way = wrong ? [right, left] : take % 3 == 1 ? [left, right] : [new(1.5f, 8), new(1.5f, 4)];
            var film = new Film(new Camera(), [Actor.Walker(1, 1, 0.8 + 0.8 * random.NextDouble(), way)]);
            var events = EngineRun.Play(EngineRun.Options(rule).WithZones(Everywhere), film.Shoot(Fps, 12, Lens.Usual, take));
            table.Add(wrong ? [new Moment("wrong", 1, true)] : [], events.Where(e => e.Phase == EventPhase.Start), _ => "wrong", late: 3);
        }
        Show(table, 0.97, 0.97);
    }

    [Fact]
    public void NumbersAndStays_OfPeopleInAZone_AreFound()
    {
        var (dwell, crowd, occupied) = (new RecallTable("dwell"), new RecallTable("crowding"), new RecallTable("occupancy"));
        RuleSettings[] rules = [EngineRun.Dwell with { Zone = "corner" }, EngineRun.Crowding with { Zone = "corner" }, EngineRun.Rule(new OccupancyRule.Settings()) with { Zone = "corner" }];
        for (var take = 0; take < 40; take++)
        {
            var random = new Random(500 + take);
            Actor[] actors = [.. Enumerable.Range(1, 4).Select(i => Visitor(i, random))];
            var film = new Film(new Camera(), actors);
            var events = EngineRun.Play(EngineRun.Options(rules).WithZones(Corner), film.Shoot(Fps, 40, Lens.Usual, take));
            foreach (var actor in actors)
            {
                var stays = Truth.Merge([.. Truth.Stays(film, actor, Corner, 40).Select(s => (s.From, s.To))]);
                dwell.Add(stays.Where(s => s.To - s.From > 4).Select(s => new Moment("stay", s.From + 5, s.To - s.From > 6.5)), events.Where(e => e.Track == actor.Track && e.Type == DwellRule.Dwell && e.Phase == EventPhase.Start), _ => "stay");
            }
            var numbers = Truth.Numbers(film, Corner, 40);
            crowd.Add(Truth.Merge(Truth.AtLeast(numbers, 3)).Select(s => new Moment("crowd", s.From + 2, s.To - s.From > 3.5)), events.Where(e => e.Type == CrowdingRule.Crowding && e.Phase == EventPhase.Start), _ => "crowd");
            occupied.Add(Truth.Merge(Truth.AtLeast(numbers, 1)).Select(s => new Moment("occupied", s.From, s.To - s.From > 1.5)), events.Where(e => e.Type == OccupancyRule.Occupancy && e.Phase == EventPhase.Start), _ => "occupied");
        }
        Show(dwell, 0.95, 0.95);
        Show(crowd, 0.9, 0.9);
        Show(occupied, 0.95, 0.95);
    }

    private void Show(RecallTable table, double precision, double recall)
    {
        output.WriteLine(table.ToString());
        Assert.InRange(table.Precision, precision, 1);
        Assert.InRange(table.Recall, recall, 1);
        Assert.True(table.Expected >= 20, "too few events to mean anything");
    }

    private static Actor Wanderer(long track, Random random)
    {
        Vector2[] way = [.. Enumerable.Range(0, 5).Select(_ => new Vector2(-2.6f + 5.2f * (float)random.NextDouble(), 3.4f + 5 * (float)random.NextDouble()))];
        return Actor.Walker(track, 1 + 3 * random.NextDouble(), 0.7 + 0.8 * random.NextDouble(), way);
    }

    /// <summary>Comes, stands for a while inside the zone, or only walks through it, and goes.</summary>
    private static Actor Visitor(long track, Random random)
    {
        var (from, stay) = (2 + 8 * random.NextDouble(), random.Next(3) == 0 ? 0 : 7 + 8 * random.NextDouble());
        var (start, place) = (new Vector2(random.Next(2) == 0 ? -4.5f : 4.5f, 7), new Vector2(-1.2f + 0.7f * track * 0.5f, 4.3f + 0.3f * track));
        var way = Vector2.Distance(start, place) / 1.3;
        Vector2 Place(double t) => t < from + way ? Vector2.Lerp(start, place, (float)Math.Max(0, (t - from) / way))
            : Vector2.Lerp(place, start, (float)Math.Clamp((t - from - way - stay) / way, 0, 1));
        return new Actor { Track = track, From = from, To = from + 2 * way + stay, Place = Place, Pose = t => t > way && t < way + stay ? Figure.Stand() : Figure.Walk((float)t), Heading = _ => 90 };
    }

    private static Actor Still(Motion motion, Random random)
    {
        var (place, heading) = (new Vector2(-1 + 2 * (float)random.NextDouble(), 4 + 2.5f * (float)random.NextDouble()), 360 * (float)random.NextDouble());
        return new Actor { Track = 1, Place = _ => place, Heading = _ => heading, Pose = motion.At, Stature = 1.5f + 0.4f * (float)random.NextDouble() };
    }

    private static Camera RandomCamera(Random random) => new() { Height = 2.2f + 0.6f * (float)random.NextDouble(), TiltDegrees = 12 + 12 * (float)random.NextDouble() };
}
