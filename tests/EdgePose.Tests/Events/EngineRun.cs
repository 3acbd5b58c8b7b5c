using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Tests.Events.Figures;

namespace EdgePose.Tests.Events;

/// <summary>Shorthand for engines and their events.</summary>
internal static class EngineRun
{
    public static readonly ZoneShape Left = new("left", [new(0, 0), new(0.5f, 0), new(0.5f, 1), new(0, 1)]);
    public static readonly LineShape Middle = new("middle", new(0.5f, 1), new(0.5f, 0));

    public static EventSetup Options(params RuleSettings[] rules) =>
        new(new PoseFacts("front", Skeletons.Coco17), new EventsSettings(), new StreamRules { Zones = [Left], Lines = [Middle], Rules = rules });

    public static EventSetup WithZones(this EventSetup setup, params ZoneShape[] zones) => setup with { Stream = setup.Stream with { Zones = zones } };

    public static EventSetup WithLines(this EventSetup setup, params LineShape[] lines) => setup with { Stream = setup.Stream with { Lines = lines } };

    public static T Rule<T>(T own, double after = 0, double endAfter = 0) where T : RuleSettings => (T)((RuleSettings)own with
    {
        Name = own.Kind.Word.Replace("_", "", StringComparison.Ordinal),
        After = TimeSpan.FromSeconds(after),
        EndAfter = TimeSpan.FromSeconds(endAfter),
        MinAge = TimeSpan.FromSeconds(0.5),
        Zone = own is ZoneRule.Settings or OccupancyRule.Settings ? "left" : "",
    });

    // As the configuration's defaults.
    public static readonly FallRule.Settings Fall =
        Rule(new FallRule.Settings { Angle = 50, Speed = 1.6f }, 0.7, 2) with { Cooldown = TimeSpan.FromSeconds(10) };
    public static readonly LyingRule.Settings Lying = Rule(new LyingRule.Settings { Angle = 60 }, 5, 2) with { Cooldown = TimeSpan.FromSeconds(10) };
    public static readonly HandRaisedRule.Settings HandUp =
        Rule(new HandRaisedRule.Settings { Hand = HandRaisedRule.Wanted.Any, Height = 0.5f }, 0.5, 0.5) with { Cooldown = TimeSpan.FromSeconds(5) };
    public static readonly LineRule.Settings Line = Rule(new LineRule.Settings { Line = "middle", Crossing = LineRule.Way.Both }, 0.2);
    public static readonly WrongWayRule.Settings WrongWay =
        Rule(new WrongWayRule.Settings { Direction = Vector2.UnitX, Speed = 0.05f }, 0.5, 1) with { Cooldown = TimeSpan.FromSeconds(5) };
    public static readonly DwellRule.Settings Dwell = Rule(new DwellRule.Settings(), 5) with { Zone = "left" };
    public static readonly CrowdingRule.Settings Crowding = Rule(new CrowdingRule.Settings { Count = 3 }, 2, 1) with { Zone = "left" };

    public static List<PoseEvent> Play(EventSetup options, IEnumerable<Scene> scenes)
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
    public static IEnumerable<Scene> SceneFlow(double seconds, Action<Scene, double> fill, double fps = 5, double from = 0, int epoch = 1)
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
