using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Tests.Events.Figures;

namespace EdgePose.Tests.Events;

/// <summary>Shorthand for engines and their events.</summary>
internal static class EngineRun
{
    public static readonly ZoneOptions Left = new("left", [new(0, 0), new(0.5f, 0), new(0.5f, 1), new(0, 1)]);
    public static readonly LineOptions Middle = new("middle", new(0.5f, 1), new(0.5f, 0));

    public static EventOptions Options(params RuleOptions[] rules) => new()
    {
        Stream = "front", Skeleton = Skeletons.Coco17, Zones = [Left], Lines = [Middle], Rules = rules,
    };

    public static RuleOptions Rule(RuleKind kind, double after = 0, double endAfter = 0) => new()
    {
        Name = kind.ToString().ToLowerInvariant(), Kind = kind, After = TimeSpan.FromSeconds(after), EndAfter = TimeSpan.FromSeconds(endAfter),
        MinAge = TimeSpan.FromSeconds(0.5), Zone = kind is RuleKind.Zone or RuleKind.Occupancy ? "left" : "", Line = kind == RuleKind.Line ? "middle" : "",
    };

    // As the configuration's defaults.
    public static readonly RuleOptions Fall = Rule(RuleKind.Fall, 0.7, 2) with { Cooldown = TimeSpan.FromSeconds(10) };
    public static readonly RuleOptions Lying = Rule(RuleKind.Lying, 5, 2) with { Angle = 60, Cooldown = TimeSpan.FromSeconds(10) };
    public static readonly RuleOptions HandUp = Rule(RuleKind.HandRaised, 0.5, 0.5) with { Cooldown = TimeSpan.FromSeconds(5) };
    public static readonly RuleOptions Line = Rule(RuleKind.Line, 0.2);
    public static readonly RuleOptions WrongWay = Rule(RuleKind.WrongWay, 0.5, 1) with { Speed = 0.05f, Cooldown = TimeSpan.FromSeconds(5) };
    public static readonly RuleOptions Dwell = Rule(RuleKind.Dwell, 5) with { Zone = "left" };
    public static readonly RuleOptions Crowding = Rule(RuleKind.Crowding, 2, 1) with { Zone = "left", Count = 3 };

    public static List<PoseEvent> Play(EventOptions options, IEnumerable<Scene> scenes)
    {
        var events = new List<PoseEvent>();
        var engine = new EventEngine(options, events.Add);
        foreach (var scene in scenes) { engine.Process(scene); }
        return events;
    }

    /// <summary>Events as texts: type, phase, track, direction, count; without times.</summary>
    public static List<string> Words(IEnumerable<PoseEvent> events) =>
        [.. events.Select(e => string.Join(' ', new[] { e.Type.Name, e.Phase.Name(), $"{e.Track}", e.Direction, $"{e.Count}" }.Where(w => w.Length > 0)))];

    /// <summary>A standing person whose feet are at a place of the picture, both normalised, for a picture as wide as high.</summary>
    public static void AddStanding(Scene scene, long track, float x, float y, float height = 0.4f, PoseSource source = PoseSource.Measured, Vector3[]? pose = null)
    {
        var body = scene.Add();
        var scale = height / 1.7f;
        Vector2[] points = [.. (pose ?? Figure.Stand()).Select(p => new Vector2(x - p.X * scale, y - (p.Y - 0.08f) * scale))];
        var (low, high) = (points.Aggregate(Vector2.Min), points.Aggregate(Vector2.Max));
        (body.Track, body.Score, body.Source, body.AgeMs) = (track, 0.8f, source, 0);
        body.Box = new Box(SceneGrid.Snap(low.X), SceneGrid.Snap(low.Y), SceneGrid.Snap(high.X), SceneGrid.Snap(high.Y));
        for (var j = 0; j < points.Length; j++) { body.Points[j] = new Keypoint(SceneGrid.Snap(points[j].X), SceneGrid.Snap(points[j].Y), SceneGrid.SnapJointScore(0.9f)); }
    }

    /// <summary>Scenes at 5 frames a second, filled by <paramref name="fill"/>.</summary>
    public static IEnumerable<Scene> Scenes(double seconds, Action<Scene, double> fill, double fps = 5, double from = 0, int epoch = 1)
    {
        var scene = new Scene(Skeletons.Coco17);
        for (var i = 0; i <= Math.Round(seconds * fps); i++)
        {
            scene.Clear();
            (scene.Time, scene.Epoch, scene.Width, scene.Height) = (Clock.At(from + i / fps), epoch, 100, 100);
            fill(scene, from + i / fps);
            yield return scene;
        }
    }
}
