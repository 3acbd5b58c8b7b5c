using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Tests.Events.Figures;

namespace EdgePose.Tests.Events;

/// <summary>
/// Falls and what looks like them, of figures in space before a camera from all sides, with the noise of a network. The limits of the rule
/// were chosen on takes with other seeds.
/// </summary>
public sealed class FallRecallTests(ITestOutputHelper output)
{
    private const double Before = 3, After = 6;

    private static readonly (string Name, Func<Random, Motion> Make)[] Falls =
    [
        ("tips over like a board", r => Topple(r, Figure.Stand())),
        ("stumbles while walking", r => Topple(r, Figure.Walk((float)r.NextDouble()))),
        ("knees give way", Collapse),
        ("slips from a chair", SlipFromChair),
    ];

    private static readonly (string Name, Func<Random, Motion> Make)[] Others =
    [
        ("sits down", r => Then(r, Figure.Sit(), 0.6, 1.6)),
        ("squats", r => Then(r, Figure.Squat(20 + 25 * (float)r.NextDouble()), 0.6, 1.4)),
        ("bends down", r => Then(r, Figure.Bend(60 + 35 * (float)r.NextDouble()), 0.6, 1.5)),
        ("sits down on the floor", r => Then(r, Figure.SitOnFloor(-10 + 20 * (float)r.NextDouble()), 1.2, 2.5)),
        ("lies down by oneself", LieDown),
        ("jumps", Jump),
        ("walks on", r => new Motion().Then(20, u => Figure.Walk(20 * u))),
    ];

    [Theory]
    [InlineData(5, 240)]
    [InlineData(10, 80)]
    public void Fall_FromAllSides_IsRaisedWithinTwoSecondsAndNothingElseIs(int fps, int takes)
    {
        var (found, total, late, alarms, others) = (0, 0, 0, 0, 0);
        var delays = new List<double>();
        foreach (var (name, make) in Falls)
        {
            var (hits, slow) = (0, 0);
            for (var take = 0; take < takes; take++)
            {
                var (events, down) = Film(make, take, fps, fall: true);
                var start = events.Where(e => e.Type == FallRule.Fall && e.Phase == EventPhase.Start).ToList();
                if (start.Count != 1) { continue; }
                hits++;
                delays.Add(Clock.Seconds(start[0]) - down);
                if (delays[^1] > 2) { slow++; }
            }
            output.WriteLine($"{fps} fps, {name}: {hits} of {takes}, {slow} later than 2 s");
            (found, total, late) = (found + hits, total + takes, late + slow);
        }
        foreach (var (name, make) in Others)
        {
            var wrong = Enumerable.Range(0, takes).Sum(take => Film(make, take, fps, fall: false).Events.Count(e => e.Type == FallRule.Fall && e.Phase == EventPhase.Start));
            output.WriteLine($"{fps} fps, {name}: {wrong} false alarms in {takes}");
            (alarms, others) = (alarms + wrong, others + takes);
        }
        delays.Sort();
        output.WriteLine($"{fps} fps: recall {(double)found / total:0.000}, precision {(double)found / (found + alarms):0.000} ({alarms} false in {others}); "
            + $"delay after the ground median {delays[delays.Count / 2]:0.00} s, worst {delays[^1]:0.00} s");
        Assert.Equal(0, late);
        Assert.InRange((double)found / total, 0.9, 1);
        Assert.InRange((double)found / (found + alarms), 0.97, 1);
    }

    /// <summary>The events of one take, and the time at which the body reaches the ground.</summary>
    private static (List<PoseEvent> Events, double Down) Film(Func<Random, Motion> make, int take, int fps, bool fall)
    {
        var random = new Random(5000 + take);
        var motion = make(random);
        var camera = new Camera { Height = 2.2f + 0.6f * (float)random.NextDouble(), TiltDegrees = 12 + 12 * (float)random.NextDouble() };
        var place = new Vector2(-1.5f + 3 * (float)random.NextDouble(), 4 + 3 * (float)random.NextDouble());
        var heading = 360 * (float)random.NextDouble();
        var actor = new Actor { Track = 7, Place = _ => place, Heading = _ => heading, Pose = motion.At, Stature = 1.5f + 0.4f * (float)random.NextDouble() };
        var film = new Film(camera, [actor]);
        var events = EngineRun.Play(EngineRun.Options(EngineRun.Fall), film.Shoot(fps, motion.Length, Lens.Usual, 5000 + take));
        return (events, fall ? motion.Length - After : 0);
    }

    private static Motion Topple(Random random, Vector3[] pose)
    {
        var (towards, length, end) = (360 * (float)random.NextDouble(), 0.6 + 0.4 * random.NextDouble(), 84 + 6 * (float)random.NextDouble());
        return new Motion().Hold(Before, pose).Then(length, u => Figure.Tip(pose, end * u * u, towards)).Hold(After, Figure.Tip(pose, end, towards));
    }

    private static Motion Collapse(Random random)
    {
        var (towards, stand, squat) = (360 * (float)random.NextDouble(), Figure.Stand(), Figure.Squat(10));
        var (first, second) = (0.35 + 0.15 * random.NextDouble(), 0.45 + 0.2 * random.NextDouble());
        var lying = Figure.Tip(stand, 86, towards);
        return new Motion().Hold(Before, stand).Then(first, u => Figure.Blend(stand, squat, u * u)).Then(second, u => Figure.Blend(squat, lying, u)).Hold(After, lying);
    }

    private static Motion SlipFromChair(Random random)
    {
        var (sit, stand) = (Figure.Sit(), Figure.Stand());
        var lying = Figure.Tip(stand, 86, random.Next(2) == 0 ? 90 : 270);
        // From a chair the shoulders sink by less than half as far: only a quick slide is told from lying down.
        return new Motion().Hold(1.5, stand).Move(1.2, stand, sit).Hold(Before, sit).Then(0.45 + 0.25 * random.NextDouble(), u => Figure.Blend(sit, lying, u)).Hold(After, lying);
    }

    private static Motion Then(Random random, Vector3[] pose, double quickest, double slowest)
    {
        var seconds = quickest + (slowest - quickest) * random.NextDouble();
        return new Motion().Hold(Before, Figure.Stand()).Move(seconds, Figure.Stand(), pose).Hold(3, pose).Move(seconds, pose, Figure.Stand()).Hold(2, Figure.Stand());
    }

    private static Motion LieDown(Random random)
    {
        double Some(double least) => least * (1 + 0.5 * random.NextDouble());
        var (floor, lying) = (Figure.SitOnFloor(), Figure.SitOnFloor(-85));
        return new Motion().Hold(Before, Figure.Stand()).Move(Some(1.2), Figure.Stand(), Figure.Squat()).Move(Some(1), Figure.Squat(), floor)
            .Hold(Some(0.5), floor).Move(Some(1.2), floor, lying).Hold(After, lying);
    }

    private static Motion Jump(Random random)
    {
        var (stand, squat) = (Figure.Stand(), Figure.Squat(25));
        Vector3[] air = [.. stand.Select(p => p + new Vector3(0, 0.35f, 0))];
        return new Motion().Hold(Before, stand).Move(0.4, stand, squat).Move(0.25, squat, air).Move(0.25, air, stand).Move(0.3, stand, squat).Move(0.5, squat, stand).Hold(2 + random.NextDouble(), stand);
    }
}
