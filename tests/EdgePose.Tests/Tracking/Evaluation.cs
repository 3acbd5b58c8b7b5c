using EdgePose.Domain;
using EdgePose.Tracking;

namespace EdgePose.Tests.Tracking;

/// <summary>Runs a tracker over a clip through a <see cref="ScriptedDetector"/> and scores what it lists.</summary>
internal static class Evaluation
{
    public static TrackingMetrics RunEdgePose(Clip clip, double fps, ScriptedDetector detector, TrackerOptions? options = null)
    {
        var (tracker, poses, people, metrics) = (new Tracker(Scenes.Coco, options ?? new TrackerOptions()), new PoseList(17), new TrackedPoseList(17), new TrackingMetrics());
        foreach (var frame in clip.At(fps))
        {
            detector.Detect(clip, frame, poses);
            tracker.Update(poses, 1, frame.Time, people);
            Score(frame, Enumerable.Range(0, people.Count).Select(i => (people[i].Track, people[i].Box)).ToList(), metrics, detector.BottomUp);
        }
        return metrics;
    }

    public static TrackingMetrics RunFrameBased(Clip clip, double fps, ScriptedDetector detector)
    {
        var (tracker, poses, metrics) = (new FrameBasedTracker(fps), new PoseList(17), new TrackingMetrics());
        foreach (var frame in clip.At(fps))
        {
            detector.Detect(clip, frame, poses);
            Score(frame, tracker.Update(poses), metrics, detector.BottomUp);
        }
        return metrics;
    }

    /// <summary>What the detector would score if somebody told it every identity: the ceiling of any tracker that lists what was
    /// measured.</summary>
    public static TrackingMetrics RunOracle(Clip clip, double fps, ScriptedDetector detector)
    {
        var (poses, metrics) = (new PoseList(17), new TrackingMetrics());
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
            Score(frame, listed, metrics, detector.BottomUp);
        }
        return metrics;
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

    private static void Score(ClipFrame frame, List<(long Id, Box Box)> listed, TrackingMetrics metrics, bool bottomUp)
    {
        var (truth, ignored) = Truth(frame, bottomUp);
        var all = truth.Concat(ignored).ToList();
        var cost = all.SelectMany(a => listed.Select(l => a.Box.Iou(l.Box) is var s && s >= 0.5f ? -s : 0)).ToArray();
        var columns = new int[all.Count];
        new Assignment().Solve(cost, all.Count, listed.Count, 0, columns);
        var dropped = Enumerable.Range(truth.Count, ignored.Count).Select(i => columns[i]).Where(j => j >= 0).ToHashSet();
        var hit = Enumerable.Range(0, truth.Count).Select(i => columns[i]).ToHashSet();
        for (var j = 0; j < listed.Count; j++)
        {
            if (!hit.Contains(j) && frame.Crowd.Any(c => Inside(listed[j].Box, c) > 0.5)) { dropped.Add(j); }
        }
        var kept = Enumerable.Range(0, listed.Count).Where(j => !dropped.Contains(j)).Select(j => listed[j]).ToList();
        metrics.Add(truth.Select(a => a.Id).ToList(), kept.Select(k => k.Id).ToList(), (i, j) => truth[i].Box.Iou(kept[j].Box));
    }

    private static double Inside(in Box box, in Box region)
    {
        var w = Math.Min(box.X2, region.X2) - Math.Max(box.X1, region.X1);
        var h = Math.Min(box.Y2, region.Y2) - Math.Max(box.Y1, region.Y1);
        return w > 0 && h > 0 ? w * h / box.Area : 0;
    }
}
