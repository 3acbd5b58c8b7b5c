using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Tests.Events.Figures;
using EdgePose.TestSupport;
using static EdgePose.Tests.Events.EngineRun;

namespace EdgePose.Tests.Events;

public sealed class EventEngineTests
{
    /// <summary>From the right half to the left half and back, in ten seconds.</summary>
    private static void ThereAndBack(Scene scene, double t) => AddStanding(scene, 7, 0.5f + 0.3f * MathF.Cos((float)t * MathF.PI / 5), 0.9f);

    [Fact]
    public void Zone_PersonComesAndGoes_EntersAndLeavesUnderOneKey()
    {
        var events = Play(Options(Rule(new ZoneRule.Settings())), SceneFlow(10, ThereAndBack));
        Assert.Equal(["zone_enter start 7", "zone_leave end 7"], Words(events));
        Assert.Equal(events[0].Key, events[1].Key);
        Assert.StartsWith("front/zone/7/", events[0].Key, StringComparison.Ordinal);
        Assert.Equal(("left", "zone", "entered the zone", "left the zone"), (events[0].Zone, events[0].Rule, events[0].Reason, events[1].Reason));
        Assert.InRange(Clock.Seconds(events[0]), 2.7, 3.3);
        Assert.InRange(events[1].Duration.TotalSeconds, 4.5, 5.7);
    }

    [Fact]
    public void Start_CarriesTheJointsAndTheSecondsBefore()
    {
        var start = Play(Options(Rule(new ZoneRule.Settings())), SceneFlow(10, ThereAndBack))[0];
        Assert.Equal((17, Skeletons.Coco17), (start.Points.Count, start.Skeleton));
        Assert.InRange(start.History.Count, 14, 16);
        Assert.Equal(TimeSpan.Zero, start.History[^1].Before);
        Assert.InRange(start.History[0].Before.TotalSeconds, 2.5, 3);
        Assert.True(start.History[0].Points[0].X > start.Points[0].X + 0.1f, "three seconds ago the person was farther to the right");
        Assert.Equal(start.Points, start.History[^1].Points);
        Assert.InRange(start.Score, 0.79f, 0.81f);
        Assert.InRange(start.Box!.Value.Y2, 0.89f, 0.91f);
    }

    [Fact]
    public void Pose_SwitchedOff_LeavesJointsOut()
    {
        var start = Play(Options(Rule(new ZoneRule.Settings())) with { Shared = new EventsSettings { Pose = false } }, SceneFlow(10, ThereAndBack))[0];
        Assert.Null(start.Skeleton);
        Assert.Empty(start.Points);
        Assert.Empty(start.History);
    }

    [Fact]
    public void Line_CrossedTwice_NamesBothDirections()
    {
        // The line points up the picture: its right is the right half.
        Assert.Equal(["line_cross start 7 right_to_left", "line_cross start 7 left_to_right"], Words(Play(Options(Line), SceneFlow(10, ThereAndBack))));
        Assert.Equal(["line_cross start 7 left_to_right"], Words(Play(Options(Line with { Crossing = LineRule.Way.LeftToRight }), SceneFlow(10, ThereAndBack))));
    }

    [Theory]
    [InlineData(0.5f, 0)]
    [InlineData(0.1f, 1)]
    public void Line_WayAroundItsEnd_IsNoCrossing(float upperEnd, int crossings)
    {
        // The person walks at 0.4 of the height; the line ends above or below.
        var options = Options(Line).WithLines(new LineShape("middle", new(0.5f, 1), new(0.5f, upperEnd)));
        Assert.Equal(crossings, Play(options, SceneFlow(5, (s, t) => AddStanding(s, 1, 0.2f + 0.12f * (float)t, 0.4f, 0.3f))).Count);
    }

    [Fact]
    public void Line_TremblingOnIt_IsNoCrossing()
    {
        var random = new Random(1);
        Assert.Empty(Play(Options(Line), SceneFlow(60, (s, _) => AddStanding(s, 1, 0.5f + 0.028f * ((float)random.NextDouble() - 0.5f), 0.9f))));
    }

    [Fact]
    public void Zone_TremblingOnTheBorder_EntersAtMostOnce()
    {
        var random = new Random(2);
        var events = Play(Options(Rule(new ZoneRule.Settings())), SceneFlow(60, (s, _) => AddStanding(s, 1, 0.5f + 0.028f * ((float)random.NextDouble() - 0.5f), 0.9f)));
        Assert.InRange(events.Count, 0, 1);
    }

    [Fact]
    public void Occupancy_ChangesOfTheNumber_AreUpdatesAndZoneCounts()
    {
        var counts = new List<string>();
        var events = new List<PoseEvent>();
        var engine = new EventEngine(Options(Rule(new OccupancyRule.Settings())), events.Add, (zone, people) => counts.Add($"{zone} {people}"));
        foreach (var scene in SceneFlow(12, (s, t) =>
        {
            if (t < 9) { AddStanding(s, 1, 0.2f, 0.9f); }
            if (t is > 3 and < 6) { AddStanding(s, 2, 0.3f, 0.9f); }
            AddStanding(s, 3, 0.8f, 0.9f);
        })) { engine.Process(scene); }
        Assert.Equal(["zone_occupancy start 1", "zone_occupancy update 2", "zone_occupancy update 1", "zone_occupancy end 0"], Words(events));
        Assert.Equal(["left 1", "left 2", "left 1", "left 0"], counts);
        Assert.All(events, e => Assert.Equal((events[0].Key, null), (e.Key, e.Track)));
    }

    [Fact]
    public void Dwell_LongStay_StartsUpdatesAndEnds()
    {
        var rule = Dwell with { UpdateEvery = TimeSpan.FromSeconds(4) };
        var events = Play(Options(rule), SceneFlow(20, (s, t) => AddStanding(s, 1, t < 16 ? 0.2f : 0.8f, 0.9f)));
        Assert.Equal(["dwell start 1", "dwell update 1", "dwell update 1", "dwell end 1"], Words(events));
        Assert.InRange(Clock.Seconds(events[0]), 5.2, 5.8);
        Assert.InRange(events[0].Duration.TotalSeconds, 5, 5.3);
        Assert.Single(events.Select(e => e.Key).Distinct());
        Assert.Empty(events[1].History);
    }

    [Fact]
    public void Crowding_EnoughPeopleForLongEnough_StartsAndEnds()
    {
        void Fill(Scene s, double t)
        {
            for (var i = 1; i <= 3; i++)
            {
                if (i < 3 || t is > 2 and < 8) { AddStanding(s, i, 0.1f * i, 0.9f); }
            }
        }
        var events = Play(Options(Crowding), SceneFlow(14, Fill));
        Assert.Equal(["crowding start 3", "crowding end 2"], Words(events));
        Assert.InRange(Clock.Seconds(events[0]), 4.4, 5.2);
    }

    [Fact]
    public void Schedule_Closed_DelaysTheStartUntilItOpens()
    {
        // The scenes begin on Monday at 12:00 local time.
        ScheduleSettings Window(string name, DayOfWeek[] days, double from, double to) =>
            new(name, days, TimeSpan.FromHours(12) + TimeSpan.FromSeconds(from), TimeSpan.FromHours(12) + TimeSpan.FromSeconds(to));
        var shared = new EventsSettings { Schedules = [Window("tue", [DayOfWeek.Tuesday], 0, 3600), Window("all", Enum.GetValues<DayOfWeek>(), 10, 15)] };
        IEnumerable<Scene> Still() => SceneFlow(20, (s, _) => AddStanding(s, 1, 0.2f, 0.9f));
        Assert.Empty(Play(Options(Rule(new ZoneRule.Settings()) with { Schedule = ["tue"] }) with { Shared = shared }, Still()));
        var opened = Play(Options(Rule(new ZoneRule.Settings()) with { Schedule = ["all"] }) with { Shared = shared }, Still());
        Assert.Equal(["zone_enter start 1"], Words(opened));
        Assert.InRange(Clock.Seconds(opened[0]), 10, 10.3);
    }

    [Fact]
    public void MinScoreAndMinAge_KeepDoubtfulPeopleFromStarting()
    {
        IEnumerable<Scene> Still() => SceneFlow(6, (s, _) => AddStanding(s, 1, 0.2f, 0.9f));
        Assert.Empty(Play(Options(Rule(new ZoneRule.Settings()) with { MinScore = 0.9f }), Still()));
        Assert.InRange(Clock.Seconds(Play(Options(Rule(new ZoneRule.Settings()) with { MinAge = TimeSpan.FromSeconds(4) }), Still())[0]), 4, 4.3);
    }

    [Fact]
    public void Cooldown_RepeatedGesture_IsHeldBack()
    {
        // Up for 1.5 of every 3 seconds.
        void Wave(Scene s, double t) => AddStanding(s, 1, 0.3f, 0.9f, pose: t % 3 < 1.5 ? Figure.Arm(Figure.Stand(), true, 170, 175) : Figure.Stand());
        var often = Play(Options(HandUp with { Cooldown = TimeSpan.Zero }), SceneFlow(12, Wave));
        var seldom = Play(Options(HandUp with { Cooldown = TimeSpan.FromSeconds(5) }), SceneFlow(12, Wave));
        Assert.Equal(4, often.Count(e => e.Phase == EventPhase.Start));
        Assert.Equal(2, seldom.Count(e => e.Phase == EventPhase.Start));
        Assert.All(often, e => Assert.Equal("left", e.Direction));
        Assert.Equal(often.Count(e => e.Phase == EventPhase.Start), often.Where(e => e.Phase == EventPhase.Start).Select(e => e.Key).Distinct().Count());
    }

    [Theory]
    [InlineData("Propagated")]
    [InlineData("Held")]
    public void PredictedPoses_NeitherStartNorEndAnything(string kind)
    {
        var source = Enum.Parse<PoseSource>(kind);
        var raised = Figure.Arm(Figure.Stand(), true, 170, 175);
        Assert.Empty(Play(Options(HandUp, Rule(new ZoneRule.Settings()), Line, Dwell), SceneFlow(20, (s, t) => AddStanding(s, 1, 0.8f - 0.03f * (float)t, 0.9f, source: source, pose: raised))));
        // Up while measured; then only guessed to be down for longer than an end takes; then measured up again.
        var events = Play(Options(HandUp), SceneFlow(12, (s, t) =>
        {
            var guessed = t is > 4 and < 8;
            AddStanding(s, 1, 0.3f, 0.9f, source: guessed ? source : PoseSource.Measured, pose: guessed ? Figure.Stand() : raised);
        }));
        Assert.Equal(["hand_raised start 1 left"], Words(events));
    }

    [Fact]
    public void TrackLost_EndsItsEventsAfterTheTrackersMemory()
    {
        var events = Play(Options(Rule(new ZoneRule.Settings())), SceneFlow(12, (s, t) =>
        {
            if (t < 5) { AddStanding(s, 1, 0.2f, 0.9f); }
        }));
        Assert.Equal(["zone_enter start 1", "zone_leave end 1"], Words(events));
        Assert.Equal(EndReason.TrackLost, events[1].Reason);
        Assert.InRange(Clock.Seconds(events[1]), 6.8, 7.3);
    }

    [Fact]
    public void TrackMissing_ForLessThanTheTrackersMemory_ChangesNothing() =>
        Assert.Equal(["zone_enter start 1"], Words(Play(Options(Rule(new ZoneRule.Settings())), SceneFlow(12, (s, t) =>
        {
            if (t is < 5 or > 6.5) { AddStanding(s, 1, 0.2f, 0.9f); }
        }))));

    [Fact]
    public void StreamLost_EndsEverythingAndIsRestoredByTheNextEpochOnly()
    {
        var events = new List<PoseEvent>();
        var engine = new EventEngine(Options(Rule(new ZoneRule.Settings()), Rule(new OccupancyRule.Settings())), events.Add);
        void Still(Scene s, double _) => AddStanding(s, 1, 0.2f, 0.9f);
        Assert.False(engine.StreamLost(Clock.At(0), "never online"));
        foreach (var scene in SceneFlow(4, Still)) { engine.Process(scene); }
        Assert.True(engine.StreamLost(Clock.At(10), "no frame for 5 s"));
        Assert.False(engine.StreamLost(Clock.At(11), "unreachable"));
        foreach (var scene in SceneFlow(0.4, Still, from: 12)) { engine.Process(scene); }
        Assert.Equal(["zone_enter start 1", "zone_occupancy start 1", "zone_leave end 1", "zone_occupancy end 0", "stream_lost start"], Words(events));
        Assert.Equal([EndReason.StreamLost, EndReason.StreamLost, "no frame for 5 s"], events.Skip(2).Select(e => e.Reason));
        foreach (var scene in SceneFlow(0.4, Still, from: 600, epoch: 2)) { engine.Process(scene); }
        var restored = events[^1];
        Assert.Equal((EventType.StreamRestored, EventPhase.End, events[4].Key, 2), (restored.Type, restored.Phase, restored.Key, restored.Epoch));
        Assert.Equal(590, restored.Duration.TotalSeconds, 0.1);
        Assert.Single(events, e => e.Type == EventType.StreamRestored);
    }

    [Fact]
    public void Epoch_Changes_EndsEverythingAndForgetsEverybody()
    {
        void Still(Scene s, double _) => AddStanding(s, 1, 0.2f, 0.9f);
        var events = Play(Options(Dwell), SceneFlow(8, Still).Concat(SceneFlow(4, Still, from: 8.2, epoch: 2)));
        Assert.Equal(["dwell start 1", "dwell end 1"], Words(events));
        Assert.Equal(EndReason.StreamLost, events[1].Reason);
    }

    [Fact]
    public void Time_JumpsForward_IsNoStay()
    {
        void Still(Scene s, double _) => AddStanding(s, 1, 0.2f, 0.9f);
        Assert.Empty(Play(Options(Dwell), SceneFlow(2, Still).Concat(SceneFlow(2, Still, from: 3600))));
    }

    [Fact]
    public void Time_RunsBackwards_IsNoTimeAndNoFailure()
    {
        void Still(Scene s, double _) => AddStanding(s, 1, 0.2f, 0.9f);
        var events = Play(Options(Dwell, Rule(new ZoneRule.Settings())), SceneFlow(2, Still, from: 100).Concat(SceneFlow(60, Still, from: 0)));
        Assert.Equal(["zone_enter start 1"], Words(events));
    }

    [Fact]
    public void Stop_EndsWhatIsOpen()
    {
        var events = new List<PoseEvent>();
        var engine = new EventEngine(Options(Rule(new ZoneRule.Settings())), events.Add);
        foreach (var scene in SceneFlow(4, (s, _) => AddStanding(s, 1, 0.2f, 0.9f))) { engine.Process(scene); }
        engine.Stop(Clock.At(4));
        engine.Stop(Clock.At(4));
        Assert.Equal(["zone_enter start 1", "zone_leave end 1"], Words(events));
        Assert.Equal(EndReason.Stopped, events[1].Reason);
        Assert.Equal((1, 1), (engine.Raised(ZoneRule.Enter), engine.Raised(ZoneRule.Leave)));
    }

    [Theory]
    [InlineData("coco17")]
    [InlineData("crowdpose14")]
    [InlineData("coco_wholebody133")]
    [InlineData("mpii16")]
    public void Rules_OverEveryJointLayout_FindTheSame(string layout)
    {
        var skeleton = Skeletons.Get(layout);
        var raised = Figure.Arm(Figure.Stand(), false, 170, 175);
        var scene = new Scene(skeleton);
        var events = new List<PoseEvent>();
        var engine = new EventEngine(Options(HandUp, Fall, Rule(new ZoneRule.Settings())) with { Poses = new PoseFacts("front", skeleton) }, events.Add);
        foreach (var coco in SceneFlow(12, (s, t) => AddStanding(s, 1, 0.3f, 0.9f, pose: t < 3 ? Figure.Stand() : t < 5 ? raised : Figure.Tip(Figure.Stand(), 88 * (float)Math.Clamp((t - 6) / 0.8, 0, 1), 90))))
        {
            scene.Clear();
            (scene.Time, scene.Epoch, scene.Width, scene.Height) = (coco.Time, 1, 100, 100);
            var (from, to) = (coco[0], scene.Add());
            (to.Track, to.Score, to.Box) = (from.Track, from.Score, from.Box);
            for (var j = 0; j < Skeletons.Coco17.Count; j++)
            {
                var index = skeleton.Joints.ToList().IndexOf(Skeletons.Coco17.Joints[j]);
                if (index >= 0) { to.Points[index] = from.Points[j]; }
            }
            engine.Process(scene);
        }
        Assert.Equal(["zone_enter start 1", "hand_raised start 1 right", "hand_raised end 1 right", "fall start 1"], Words(events));
        Assert.All(events, e => Assert.Equal(skeleton.Count, e.Points.Count));
        Assert.All(events.Where(e => e.Phase == EventPhase.Start), e => Assert.Equal(skeleton.BodyJoints, e.History[0].Points.Count));
    }

    [Fact(DisableParallelization = true)]
    public void SteadyState_AllocatesNothing()
    {
        var engine = new EventEngine(Options(Rule(new ZoneRule.Settings()), Rule(new OccupancyRule.Settings()), Line, Dwell with { UpdateEvery = TimeSpan.Zero }, Crowding with { UpdateEvery = TimeSpan.Zero }, Fall, Lying, HandUp, WrongWay), _ => { });
        var (scene, people, time) = (new Scene(Skeletons.Coco17), new TrackedPoseList(17), 0.0);
        void Round()
        {
            for (var i = 0; i < 500; i++)
            {
                time += 0.2;
                people.Clear();
                for (var p = 0; p < 10; p++)
                {
                    var person = people.Add();
                    (person.Track, person.Score, person.Box) = (p, 0.8f, new Box(60 * p, 100, 60 * p + 40, 200));
                    for (var j = 0; j < 17; j++) { person.Points[j] = new Keypoint(60 * p + j + i % 3, 100 + 6 * j, 0.7f); }
                }
                (scene.Time, scene.Epoch, scene.Width, scene.Height) = (Clock.At(time), 1, 640, 480);
                scene.Fill(people);
                engine.Process(scene);
            }
        }
        Round();
        Assert.Equal(0, Allocations.OfBestRound(Round));
    }
}
