using System.Globalization;
using System.Numerics;
using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;
using EdgePose.Service;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Workshop.Replay;

namespace EdgePose.SystemTests.Events;

/// <summary>A pan/zoom clip with exact joints and tracks: what the rules say of the truth, to compare with what they say of the pipeline.</summary>
internal sealed class PanZoom
{
    public const int Width = 640, Height = 480;
    private const double SourceRate = 30;

    private readonly Dictionary<int, List<Someone>> _frames;

    /// <param name="folder">Of the clips.</param>
    /// <param name="name">Of this one.</param>
    public PanZoom(string folder, string name)
    {
        Clip = Path.Combine(folder, name + ".mp4");
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name + ".gt.json")));
        var counts = File.ReadLines(Path.Combine(folder, name + ".mot.txt")).Select(l => l.Split(',')).Where(c => c[6] == "1")
            .Select(c => (int.Parse(c[0], CultureInfo.InvariantCulture), int.Parse(c[1], CultureInfo.InvariantCulture))).ToHashSet();
        _frames = json.RootElement.GetProperty("annotations").EnumerateArray().Select(a => Read(a, counts)).GroupBy(s => s.Frame).ToDictionary(g => g.Key, g => g.ToList());
        Frames = json.RootElement.GetProperty("images").GetArrayLength();
    }

    public string Clip { get; }
    public int Frames { get; }

    /// <summary>Events of the exact tracks at every <paramref name="step"/>-th frame.</summary>
    public List<EventLine> Truth(StreamConfig stream, EventsSettings events, DateTimeOffset start, int step)
    {
        var header = new RecordingHeader { Stream = stream.Id, Skeleton = "coco17", Joints = 17, JointThreshold = 0.3f, LostAfterMs = 2000, Session = "truth", Part = 1 };
        var found = new List<EventLine>();
        var engine = new EventEngine(EventSetup.Of(header, stream.Id, events, stream.Events), e => found.Add(EventLine.Of(e)));
        var (scene, people) = (new Scene(Skeletons.Coco17), new TrackedPoseList(17));
        for (var frame = 0; frame < Frames; frame += step)
        {
            people.Clear();
            foreach (var someone in People(frame).Where(s => s.Counts)) { Add(someone, people.Add()); }
            var microseconds = (long)(frame / SourceRate * 1e6);
            scene.Time = new Instant(microseconds, start.ToUnixTimeMilliseconds() * 1000 + microseconds, 0);
            (scene.Epoch, scene.Width, scene.Height) = (1, Width, Height);
            scene.Fill(people);
            engine.Process(scene);
        }
        engine.Stop(scene.Time);
        return found;
    }

    /// <summary>Whether an event is about somebody who neither counts as found nor as wrong: unlabelled people, crowds, who is hardly in view.</summary>
    public bool IsIgnored(EventLine line, DateTimeOffset start)
    {
        if (line.Box is not [var x1, var y1, var x2, var y2]) { return false; }
        var box = new Box((float)x1 * Width, (float)y1 * Height, (float)x2 * Width, (float)y2 * Height);
        // An end comes when the person is gone: then they are looked for where they were up to two seconds ago.
        for (var back = 0; back <= 60; back += 10)
        {
            var people = People(Math.Max(0, (int)Math.Round((line.Time - start).TotalSeconds * SourceRate) - back));
            if (people.Count == 0) { continue; }
            var best = people.MaxBy(s => s.Box.Iou(box))!;
            if (best.Box.Iou(box) > 0.3 && !best.IsCrowd) { return !best.Counts; }
            if (people.Any(s => s.IsCrowd && Contains(s.Box, box))) { return true; }
        }
        return false;
    }

    private List<Someone> People(int frame) => _frames.GetValueOrDefault(frame) ?? [];

    private static bool Contains(Box crowd, Box box) => box.CenterX > crowd.X1 && box.CenterX < crowd.X2 && box.CenterY > crowd.Y1 && box.CenterY < crowd.Y2;

    private static void Add(Someone someone, TrackedPose person)
    {
        (person.Track, person.Score, person.Source, person.Box) = (someone.Track, 0.9f, PoseSource.Measured, someone.Box);
        someone.Points.CopyTo(person.Points, 0);
    }

    private static Someone Read(JsonElement a, HashSet<(int, int)> counts)
    {
        var b = a.GetProperty("bbox").EnumerateArray().Select(v => v.GetSingle()).ToArray();
        var k = a.TryGetProperty("keypoints", out var list) ? list.EnumerateArray().Select(v => v.GetSingle()).ToArray() : [];
        var (image, track) = (a.GetProperty("image_id").GetInt32(), a.GetProperty("track_id").GetInt32());
        return new Someone(image - 1, track, counts.Contains((image, track)), a.GetProperty("iscrowd").GetInt32() == 1, new Box(b[0], b[1], b[0] + b[2], b[1] + b[3]),
            [.. Enumerable.Range(0, 17).Select(j => k.Length == 51 && k[3 * j + 2] > 0 ? new Keypoint(k[3 * j], k[3 * j + 1], 0.9f) : Keypoint.Missing)]);
    }

    private sealed record Someone(int Frame, int Track, bool Counts, bool IsCrowd, Box Box, Keypoint[] Points);
}
