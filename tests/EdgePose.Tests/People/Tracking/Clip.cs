using System.Globalization;
using System.Text.Json;
using EdgePose.Domain;

namespace EdgePose.Tests.People.Tracking;

/// <summary>A person in one frame of a clip with ground truth.</summary>
/// <param name="Id">Constant through the clip.</param>
/// <param name="Box">In frame pixels.</param>
/// <param name="Counts">False: neither a hit nor a miss, whatever the tracker says.</param>
/// <param name="Seen">Chance of a detector's seeing this person, 0..1.</param>
/// <param name="Points">COCO joints; empty when the clip has boxes only.</param>
internal sealed record Actor(int Id, Box Box, bool Counts, double Seen, Keypoint[] Points);

/// <summary>One frame: index, time in seconds, the people, and regions in which nothing is judged.</summary>
internal sealed record ClipFrame(int Index, double Time, IReadOnlyList<Actor> Actors, IReadOnlyList<Box> Crowd);

/// <summary>A sequence with ground truth.</summary>
internal sealed record Clip(string Name, double Fps, int Width, int Height, IReadOnlyList<ClipFrame> Frames)
{
    /// <summary>Every n-th frame, so that about <paramref name="fps"/> remain.</summary>
    public IEnumerable<ClipFrame> At(double fps)
    {
        var step = Math.Max(1, (int)Math.Round(Fps / fps));
        return Frames.Where(f => f.Index % step == 0);
    }

    /// <summary>Reads one of the pan/zoom clips: <c>name.gt.json</c> with joints, <c>name.mot.txt</c> for what counts.</summary>
    public static Clip ReadPanZoom(string folder, string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name + ".gt.json")));
        var counts = File.ReadLines(Path.Combine(folder, name + ".mot.txt")).Select(l => l.Split(','))
            .Where(c => c[6] == "1").Select(c => (int.Parse(c[0], CultureInfo.InvariantCulture), int.Parse(c[1], CultureInfo.InvariantCulture))).ToHashSet();
        var people = json.RootElement.GetProperty("annotations").EnumerateArray().ToLookup(a => a.GetProperty("image_id").GetInt32());
        var frames = json.RootElement.GetProperty("images").EnumerateArray().Select(image =>
        {
            var id = image.GetProperty("id").GetInt32();
            var crowd = people[id].Where(a => a.GetProperty("iscrowd").GetInt32() == 1).Select(BoxOf).ToArray();
            var actors = people[id].Where(a => a.GetProperty("iscrowd").GetInt32() == 0)
                .Select(a => new Actor(a.GetProperty("track_id").GetInt32(), BoxOf(a), counts.Contains((id, a.GetProperty("track_id").GetInt32())), 1, PointsOf(a)))
                .ToArray();
            return new ClipFrame(id - 1, image.GetProperty("time_s").GetDouble(), actors, crowd);
        }).ToArray();
        return new Clip(name, 30, 640, 480, frames);
    }

    /// <summary>Reads MOTChallenge ground truth. What is hidden by more than 70 % is never seen by the scripted detector.</summary>
    public static Clip ReadMot(string file, string name, double fps, int width, int height, bool mot16)
    {
        var rows = File.ReadLines(file).Select(l => l.Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        var frames = rows.GroupBy(r => (int)r[0]).OrderBy(g => g.Key).Select(g => new ClipFrame(g.Key - 1, (g.Key - 1) / fps,
            g.Where(r => !mot16 || r[7] is 1 or 2 or 7 or 8 or 12).Select(r => new Actor((int)r[1],
                new Box((float)r[2], (float)r[3], (float)(r[2] + r[4]), (float)(r[3] + r[5])), r[6] != 0 && (!mot16 || r[7] == 1),
                !mot16 || r[8] > 0.5 ? 1 : r[8] > 0.3 ? 0.6 : 0, [])).ToArray(), [])).ToArray();
        return new Clip(name, fps, width, height, frames);
    }

    private static Box BoxOf(JsonElement annotation)
    {
        var b = annotation.GetProperty("bbox").EnumerateArray().Select(v => v.GetSingle()).ToArray();
        return new Box(b[0], b[1], b[0] + b[2], b[1] + b[3]);
    }

    private static Keypoint[] PointsOf(JsonElement annotation)
    {
        if (annotation.GetProperty("num_keypoints").GetInt32() == 0) { return []; }
        var k = annotation.GetProperty("keypoints").EnumerateArray().Select(v => v.GetSingle()).ToArray();
        return Enumerable.Range(0, k.Length / 3)
            .Select(j => k[3 * j + 2] > 0 ? new Keypoint(k[3 * j], k[3 * j + 1], k[3 * j + 2] > 1 ? 0.8f : 0.5f) : Keypoint.Missing).ToArray();
    }
}
