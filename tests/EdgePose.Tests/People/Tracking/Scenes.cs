using EdgePose.Domain;
using EdgePose.People.Tracking;

namespace EdgePose.Tests.People.Tracking;

/// <summary>The COCO skeleton and synthetic scenes for tests that need no files.</summary>
internal static class Scenes
{
    private static readonly string[] Names =
    [
        "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
        "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    ];

    /// <summary>Where the joints of somebody standing lie in their box, 0..1.</summary>
    private static readonly (float X, float Y)[] Standing =
    [
        (.5f, .08f), (.54f, .06f), (.46f, .06f), (.6f, .08f), (.4f, .08f), (.72f, .22f), (.28f, .22f), (.8f, .38f), (.2f, .38f),
        (.84f, .52f), (.16f, .52f), (.64f, .53f), (.36f, .53f), (.64f, .74f), (.36f, .74f), (.64f, .95f), (.36f, .95f),
    ];

    public static Skeleton Coco { get; } = new()
    {
        Name = "coco17",
        Joints = Names,
        Links = [],
        Flip = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15],
        Sigmas = [.026f, .025f, .025f, .035f, .035f, .079f, .079f, .072f, .072f, .062f, .062f, .107f, .107f, .087f, .087f, .089f, .089f],
        BodyJoints = 17,
    };

    /// <summary>Somebody upright around (x, y), h pixels tall.</summary>
    public static Actor Person(int id, double x, double y, double h = 160, double seen = 1)
    {
        var w = 0.4 * h;
        var box = new Box((float)(x - w / 2), (float)(y - h / 2), (float)(x + w / 2), (float)(y + h / 2));
        var points = Standing.Select(p => new Keypoint(box.X1 + p.X * box.Width, box.Y1 + p.Y * box.Height, 0.8f)).ToArray();
        return new Actor(id, box, true, seen, points);
    }

    /// <summary>A clip from a script that gives the people at a time.</summary>
    public static Clip Play(string name, double fps, double seconds, Func<double, IEnumerable<Actor>> script) => new(name, fps, 640, 480,
        Enumerable.Range(0, (int)Math.Round(fps * seconds)).Select(i => new ClipFrame(i, i / fps, [.. script(i / fps)], [])).ToArray());

    /// <summary>People walk to and fro on lanes at their own speeds, crossing and hiding one another; some leave and come back.</summary>
    public static Clip Street(double fps = 30, double seconds = 20) => Play("street", fps, seconds, t =>
    {
        var people = new List<Actor>();
        for (var i = 0; i < 6; i++)
        {
            var (h, speed) = (120 + 12 * i, (0.5 + 0.12 * i) * 120);
            var way = 740.0;
            var phase = (t * speed + i * 260) % (2 * way);
            var x = (phase < way ? phase : 2 * way - phase) - 50;
            if (x is > -10 and < 650) { people.Add(Person(i + 1, x, 220 + 14 * i, h)); }
        }
        // The nearer (lower) person hides who stands behind.
        return people.Select(p => p with { Seen = people.Any(q => q.Box.Y2 > p.Box.Y2 && Covered(p.Box, q.Box) > 0.7) ? 0 : 1 });
    });

    public static void Fill(PoseList poses, params IEnumerable<Actor> actors)
    {
        poses.Clear();
        foreach (var actor in actors)
        {
            var pose = poses.Add();
            (pose.Box, pose.Score) = (actor.Box, 0.9f);
            actor.Points.CopyTo(pose.Points, 0);
        }
    }

    public static long[] Ids(TrackedPoseList people) => Enumerable.Range(0, people.Count).Select(i => people[i].Track).ToArray();

    /// <summary>Track id of the listed person whose box is nearest to <paramref name="actor"/>; 0 when nobody overlaps.</summary>
    public static long IdOf(TrackedPoseList people, Actor actor)
    {
        var best = Enumerable.Range(0, people.Count).Select(i => people[i]).MaxBy(p => p.Box.Iou(actor.Box));
        return best is not null && best.Box.Iou(actor.Box) > 0.3 ? best.Track : 0;
    }

    public static Tracker NewTracker(Func<TrackerSettings, TrackerSettings>? change = null)
    {
        var options = new TrackerSettings();
        return new Tracker(Coco, change?.Invoke(options) ?? options);
    }

    private static double Covered(in Box a, in Box by)
    {
        var w = Math.Min(a.X2, by.X2) - Math.Max(a.X1, by.X1);
        var h = Math.Min(a.Y2, by.Y2) - Math.Max(a.Y1, by.Y1);
        return w > 0 && h > 0 ? w * h / a.Area : 0;
    }
}
