using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.People;
using EdgePose.People.Skipping;
using EdgePose.People.Tracking;
using EdgePose.Tests.People.Skipping;
using EdgePose.TestSupport;
using Scene = EdgePose.Tests.People.Skipping.Stage;

namespace EdgePose.Tests.People;

/// <summary>Gate, planner, tracker and optical flow together: nothing may be allocated for a frame.</summary>
public sealed class PeoplePipelineAllocationTests
{
    private const int Frames = 30;
    private const double Fps = 30;

    [Theory(DisableParallelization = true)]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public void Process_OfFramesWithSomebodyWalking_AllocatesNothing(bool adaptive, int period)
    {
        var stage = new Scene { KeyFrames = 0.5, Walkers = { new Walker(1, 60, 200, 150) } };
        var frames = Enumerable.Range(0, Frames).Select(i => Copy(stage.At(i / Fps))).ToArray();
        var estimator = new FixedPoses([.. Enumerable.Range(0, Frames).Select(i => stage.Walkers[0].Joints(i / Fps).Select(j => new Keypoint((float)j.X, (float)j.Y, 0.8f)).ToArray())]);
        var stages = new PeoplePipeline(estimator, new TrackerSettings(), new SkippingSettings { Enabled = adaptive });
        var quality = Quality.Full with { PosePeriod = period };
        var (next, listed) = (0, 0);
        var bytes = Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 2 * Frames; i++, next++)
            {
                // To and fro, so that nobody jumps.
                var shown = next % (2 * Frames) is var at && at < Frames ? at : 2 * Frames - 1 - at;
                estimator.Shown = shown;
                frames[shown].Info = new FrameInfo("cam", 1, next, 0, default);
                stages.Process(frames[shown], next / Fps, quality);
                listed += stages.People.Count;
            }
        });
        Assert.Equal(0, bytes);
        Assert.True(listed > next / 2);
        Assert.InRange(estimator.PoseRuns, next / 10, next - 1);
    }

    private static Frame Copy(Frame frame)
    {
        var copy = new Frame(frame.Width, frame.Height);
        frame.Pixels.CopyTo(copy.Pixels, 0);
        return copy;
    }

    private sealed class FixedPoses(Keypoint[][] poses) : IPoseEstimator
    {
        public int Shown { get; set; }
        public Skeleton Skeleton => Skeletons.Coco17;
        public string Model => "fixed";
        public bool HasDetector => false;
        public bool WantsDetector => false;
        public long DetectorRuns => 0;
        public long PoseRuns { get; private set; }

        public (int Width, int Height) PreferredFrame(int sourceWidth, int sourceHeight) => (sourceWidth, sourceHeight);

        public void Estimate(Frame frame, PoseList found) => throw new NotSupportedException();

        public void Estimate(Frame frame, Look look, PoseList found)
        {
            PoseRuns++;
            found.Clear();
            var pose = found.Add();
            poses[Shown].CopyTo(pose.Points, 0);
            pose.Score = 0.9f;
            pose.TryGetExtents(0, out var box, out _);
            pose.Box = box;
        }
    }
}
