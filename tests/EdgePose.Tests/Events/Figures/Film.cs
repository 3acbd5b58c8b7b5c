using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Scenes;

namespace EdgePose.Tests.Events.Figures;

/// <summary>What a network makes of figures: noise, missing joints, missed people.</summary>
internal sealed record Lens
{
    public static readonly Lens Perfect = new();

    public static readonly Lens Usual = new() { Noise = 0.01f, MissedJoints = 0.04, MissedPeople = 0.02 };

    /// <summary>Standard deviation of a joint, in heights of the standing person.</summary>
    public float Noise { get; init; }

    /// <summary>Chance that a joint is not found, and that a person is not.</summary>
    public double MissedJoints { get; init; }
    public double MissedPeople { get; init; }
}

/// <summary>Actors before a camera.</summary>
internal sealed class Film(Camera camera, IReadOnlyList<Actor> actors)
{
    public Camera Camera => camera;
    public IReadOnlyList<Actor> Actors => actors;

    /// <summary>The scenes of <paramref name="seconds"/> seconds; each is valid until the next.</summary>
    public IEnumerable<Scene> Shoot(double fps, double seconds, Lens? lens = null, int seed = 1)
    {
        var (scene, list, random) = (new Scene(Skeletons.Coco17), new TrackedPoseList(Figure.Joints), new Random(seed));
        for (var i = 0; i <= seconds * fps; i++)
        {
            var time = i / fps;
            list.Clear();
            foreach (var actor in actors.Where(a => time >= a.From && time < a.To)) { Add(actor, time, list, lens ?? Lens.Perfect, random); }
            scene.Time = Clock.At(time);
            (scene.Epoch, scene.Width, scene.Height) = (1, camera.Width, camera.Rows);
            scene.Fill(list);
            yield return scene;
        }
    }

    /// <summary>Where the ground between an actor's feet lies, in picture heights.</summary>
    public Vector2 Foot(Actor actor, double time)
    {
        var (place, pose) = (actor.Place(time), actor.World(time));
        return camera.Project(new Vector3(place.X, (pose[15].Y + pose[16].Y) / 2, place.Y));
    }

    private void Add(Actor actor, double time, TrackedPoseList list, Lens lens, Random random)
    {
        var joints = actor.World(time);
        Vector2[] points = [.. joints.Select(camera.Project)];
        if (points.Any(p => float.IsNaN(p.X)) || random.NextDouble() < lens.MissedPeople) { return; }
        var (low, high) = (points.Aggregate(Vector2.Min), points.Aggregate(Vector2.Max));
        var aspect = (float)camera.Width / camera.Rows;
        if (high.X < 0 || low.X > aspect || high.Y < 0 || low.Y > 1) { return; }
        var height = Vector2.Distance(camera.Project(joints[16]), camera.Project(joints[16] + new Vector3(0, actor.Stature, 0)));
        var person = list.Add();
        (person.Track, person.Score, person.Source, person.AgeMs) = (actor.Track, 0.8f + 0.1f * (float)random.NextDouble(), PoseSource.Measured, 0);
        var margin = 0.06f * height;
        person.Box = new Box((low.X - margin) * camera.Rows, (low.Y - 1.4f * margin) * camera.Rows, (high.X + margin) * camera.Rows, (high.Y + margin) * camera.Rows);
        for (var j = 0; j < points.Length; j++)
        {
            var (dx, dy) = (lens.Noise * height * Gauss(random), lens.Noise * height * Gauss(random));
            var seen = random.NextDouble() >= lens.MissedJoints && points[j].Y <= 1 && points[j].X >= 0 && points[j].X <= aspect;
            person.Points[j] = seen ? new Keypoint((points[j].X + dx) * camera.Rows - 0.5f, (points[j].Y + dy) * camera.Rows - 0.5f, 0.5f + 0.4f * (float)random.NextDouble()) : Keypoint.Missing;
        }
    }

    private static float Gauss(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}

/// <summary>Seconds of a test to moments, on a Monday at noon.</summary>
internal static class Clock
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static Instant At(double seconds, int offsetMinutes = 0) =>
        new(1_000_000 + (long)Math.Round(seconds * 1e6), Start.ToUnixTimeMilliseconds() * 1000 + (long)Math.Round(seconds * 1e6), offsetMinutes);

    /// <summary>Seconds of the test at which an event was raised.</summary>
    public static double Seconds(PoseEvent e) => (e.Time - Start).TotalSeconds;
}
