using EdgePose.Domain;
using EdgePose.People.Tracking;
using EdgePose.Workshop.Evaluation.Tracks;

namespace EdgePose.Tests.People.Tracking;

/// <summary>Runs a tracker over a clip through a <see cref="ScriptedDetector"/> and scores what it lists.</summary>
internal static class Evaluation
{
    public static TrackingScores RunEdgePose(Clip clip, double fps, ScriptedDetector detector, TrackerSettings? options = null)
    {
        var (tracker, poses, people, frames) = (new Tracker(Scenes.Coco, options ?? new TrackerSettings()), new PoseList(17), new TrackedPoseList(17), new List<TrackingFrame>());
        foreach (var frame in clip.At(fps))
        {
            detector.Detect(clip, frame, poses);
            tracker.Update(poses, 1, frame.Time, people);
            Score(frame, Enumerable.Range(0, people.Count).Select(i => (people[i].Track, people[i].Box)).ToList(), frames, detector.BottomUp);
        }
        return TrackingScores.Of(frames);
    }

    public static TrackingScores Run(IBaseline tracker, Clip clip, double fps, ScriptedDetector detector)
    {
        var (poses, frames) = (new PoseList(17), new List<TrackingFrame>());
        foreach (var frame in clip.At(fps))
        {
            detector.Detect(clip, frame, poses);
            Score(frame, tracker.Update(poses), frames, detector.BottomUp);
        }
        return TrackingScores.Of(frames);
    }

    /// <summary>What the detector would score if somebody told it every identity: the ceiling of any tracker that lists what was
    /// measured.</summary>
    public static TrackingScores RunOracle(Clip clip, double fps, ScriptedDetector detector)
    {
        var (poses, frames) = (new PoseList(17), new List<TrackingFrame>());
        foreach (var frame in clip.At(fps))
        {
            detector.Detect(clip, frame, poses);
            var (truth, _) = Truth(frame, detector.BottomUp);
            var free = Enumerable.Range(0, poses.Count).Select(i => poses[i].Box).ToList();
            var listed = new List<(long, Box)>();
            foreach (var actor in truth)
            {
                var best = free.OrderByDescending(b => b.Iou(actor.Box)).FirstOrDefault();
                if (best.Iou(actor.Box) >= 0.5f) { listed.Add((actor.Id, best)); free.Remove(best); }
            }
            Score(frame, listed, frames, detector.BottomUp);
        }
        return TrackingScores.Of(frames);
    }

    private static (List<Actor> Truth, List<Actor> Ignored) Truth(ClipFrame frame, bool bottomUp)
    {
        // A bottom-up network's box is the extents of the joints, so that is what it is compared with.
        var actors = frame.Actors.Select(a => bottomUp && Extents(a) is { } box ? a with { Box = box } : a).ToList();
        return (actors.Where(a => a.Counts).ToList(), actors.Where(a => !a.Counts).ToList());
    }

    private static Box? Extents(Actor actor)
    {
        var found = actor.Points.Where(p => p.IsFound).ToArray();
        return found.Length < 3 ? null : new Box(found.Min(p => p.X), found.Min(p => p.Y), found.Max(p => p.X), found.Max(p => p.Y));
    }

    private static void Score(ClipFrame frame, List<(long Id, Box Box)> listed, List<TrackingFrame> frames, bool bottomUp)
    {
        var (truth, ignored) = Truth(frame, bottomUp);
        TrackBox[] people = [.. truth.Concat(ignored).Select(a => AsTrack(a.Id, a.Box))];
        TrackBox[] tracks = [.. listed.Select(l => AsTrack(l.Id, l.Box))];
        var kept = IgnoreRule.Keep(people, [.. people.Select((_, i) => i >= truth.Count)], [.. frame.Crowd.Select(c => AsTrack(0, c))], tracks);
        frames.Add(TrackingFrame.Of([.. truth.Select(a => (long)a.Id)], [.. kept.Select(t => tracks[t].Id)], (g, t) => people[g].Iou(tracks[kept[t]])));
    }

    private static TrackBox AsTrack(long id, in Box box) => new(id, box.X1, box.Y1, box.Width, box.Height);
}
