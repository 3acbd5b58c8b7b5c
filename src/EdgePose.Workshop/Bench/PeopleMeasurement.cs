using EdgePose.Domain;
using EdgePose.Loops;
using EdgePose.Networks;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.TopDown;
using EdgePose.Service;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Streams;

namespace EdgePose.Workshop.Bench;

/// <summary>What a top-down model costs by the number of people in view: the boxes are given, everything else is the pipeline's.</summary>
internal static class PeopleMeasurement
{
    private static readonly int[] Usual = [0, 1, 2, 4, 8];
    private static readonly TimeSpan PerRow = TimeSpan.FromSeconds(0.7);

    /// <summary>Empty for bottom-up models, whose network costs the same for any crowd.</summary>
    public static Task<List<PeopleCost>> RunAsync(BenchRig rig, int? people, TimeProvider time) => Worker.Run("bench", () =>
    {
        var config = rig.Pipeline.Config;
        var pose = rig.Pipeline.Sessions.FirstOrDefault(s => s.Descriptor.Task == ModelTask.TopDown);
        var finder = rig.Pipeline.Sessions.FirstOrDefault(s => s.Descriptor.Task == ModelTask.Detect);
        return pose is null || finder is null ? [] : Measure(config.Streams[0], pose, finder, people, time);
    });

    private static List<PeopleCost> Measure(StreamConfig stream, OrtSession pose, OrtSession finder, int? people, TimeProvider time)
    {
        var rows = new List<PeopleCost>();
        foreach (var count in Usual.Append(people ?? 0).Distinct().Order())
        {
            var detector = EstimatorFactory.Detector(finder);
            var inner = EstimatorFactory.TopDown(pose, detector, new TopDownOptions { MaxFrameSide = stream.MaxSize });
            var estimator = new GivenBoxes(inner, detector, count, stream.Pose.DetectEvery);
            var (width, height) = inner.PreferredFrame(1280, 720);
            using var frame = new SyntheticCamera(width, height).Picture(0);
            var poses = new PoseList(estimator.Skeleton.Count);
            for (var i = 0; i < stream.Pose.DetectEvery; i++) { estimator.Estimate(frame, poses); }
            var (start, frames) = (time.GetTimestamp(), 0);
            while (time.GetElapsedTime(start) < PerRow)
            {
                // Whole periods of the detector, or a short measurement would favour or punish it.
                for (var i = 0; i < stream.Pose.DetectEvery; i++) { estimator.Estimate(frame, poses); }
                frames += stream.Pose.DetectEvery;
            }
            rows.Add(new PeopleCost(count, Statistics.Round(frames / time.GetElapsedTime(start).TotalSeconds), frames, "boxes"));
        }
        return rows;
    }
}
