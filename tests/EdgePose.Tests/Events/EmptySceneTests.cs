using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Tests.Events.Figures;
using static EdgePose.Tests.Events.EngineRun;

namespace EdgePose.Tests.Events;

/// <summary>Ten minutes in which nothing happens, with what networks see where nobody is.</summary>
public sealed class EmptySceneTests(ITestOutputHelper output)
{
    private static readonly RuleSettings[] Rules =
    [
        Rule(new ZoneRule.Settings()), Rule(new OccupancyRule.Settings()), Line, Dwell, Crowding with { Count = 2 }, Fall, Lying, HandUp, WrongWay,
    ];

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(15)]
    public void TenMinutes_OfGhostsThatFlicker_GiveNoEvent(int fps)
    {
        var random = new Random(fps);
        var (ghosts, next, seen) = (new List<(long Track, double Until, float X, float Y, float Height)>(), 1L, 0);
        var events = Play(Options(Rules), SceneFlow(600, (scene, t) =>
        {
            ghosts.RemoveAll(g => t >= g.Until);
            // One a second; none of them is seen for as long as half a second.
            if (random.NextDouble() < 1.0 / fps) { ghosts.Add((next++, t + 0.45 * random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble(), 0.1f + 0.6f * (float)random.NextDouble())); }
            foreach (var g in ghosts)
            {
                AddStanding(scene, g.Track, g.X, g.Y, g.Height, pose: Scramble(random));
                scene[scene.Count - 1].Score = SceneGrid.SnapScore(0.2f + 0.2f * (float)random.NextDouble());
                seen++;
            }
        }, fps));
        output.WriteLine($"{fps} fps: {next - 1} ghosts in {seen} places, {events.Count} events");
        Assert.Empty(events);
        Assert.InRange(next, 400, 800);
    }

    [Fact]
    public void TenMinutes_OfACoatOnAHanger_GiveNothingButItsOwnPresence()
    {
        var random = new Random(9);
        // Taken for somebody who stands, all the time, with joints that tremble by a tenth of the body and limbs that come and go.
        var events = Play(Options(Rules), SceneFlow(600, (scene, _) =>
        {
            AddStanding(scene, 1, 0.8f + 0.01f * ((float)random.NextDouble() - 0.5f), 0.9f);
            foreach (ref var p in scene[0].Points.AsSpan())
            {
                p = random.NextDouble() < 0.3 ? Keypoint.Missing : p with { X = SceneGrid.Snap(p.X + 0.04f * ((float)random.NextDouble() - 0.5f)), Y = SceneGrid.Snap(p.Y + 0.04f * ((float)random.NextDouble() - 0.5f)) };
            }
        }));
        Assert.Empty(events);
    }

    [Fact]
    public void TimeJumpsAndEpochs_InAnEmptyScene_GiveNoEvent()
    {
        var random = new Random(4);
        var (events, scene, time) = (new List<PoseEvent>(), new Scene(Skeletons.Coco17), 0.0);
        var engine = new EventEngine(Options(Rules), events.Add);
        for (var i = 0; i < 3000; i++)
        {
            time += random.Next(50) == 0 ? random.Next(-7200, 7200) : 0.2;
            scene.Clear();
            (scene.Time, scene.Epoch, scene.Width, scene.Height) = (Clock.At(time), 1 + i / 100, 640 + 160 * (i / 100 % 3), 480);
            if (random.Next(30) == 0) { AddStanding(scene, i, (float)random.NextDouble(), 0.9f, pose: Scramble(random)); }
            engine.Process(scene);
        }
        Assert.Empty(events);
    }

    private static Vector3[] Scramble(Random random) =>
        [.. Figure.Stand().Select(p => p + new Vector3((float)random.NextDouble() - 0.5f, (float)random.NextDouble() - 0.5f, 0))];
}
