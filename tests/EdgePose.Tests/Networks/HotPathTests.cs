using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families.EndToEnd;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Families.Simcc;
using EdgePose.Networks.Families;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.Networks.TopDown;
using EdgePose.Networks;
using EdgePose.People.Tracking;
using EdgePose.TestSupport;
using EdgePose.Tests.Networks.Families.LitePose;
using EdgePose.Tests.Networks.Runtime;
using EdgePose.Tests.Networks.TopDown;

namespace EdgePose.Tests.Networks;

/// <summary>The way of a frame from the slot to the tracked people: nothing on it may allocate, or the collector stops every stream.</summary>
public sealed class HotPathTests
{
    private const int Warm = 200, Frames = 1000;

    [Fact(DisableParallelization = true)]
    public void Frames_BottomUp_AllocateNothing()
    {
        var network = new FixedNetwork(ScriptedNetwork(), ["fine", "coarse"], outputs =>
        {
            var maps = SyntheticOutputs.Crowd(14, 128, 64, 6);
            maps.Fine.CopyTo(outputs[0].ResizeFloats([1, 14, 32, 64]));
            maps.Coarse.CopyTo(outputs[1].ResizeFloats([1, 28, 16, 32]));
        });
        var estimator = new BottomUpEstimator(network, Skeletons.CrowdPose14, new BottomUpOptions { Profile = DecodeProfile.Fast });
        Assert.InRange(Run(estimator, 128, 64), 1, 20);

        static ModelDescriptor ScriptedNetwork() => Families.LitePose.ScriptedNetwork.LitePose(64);
    }

    [Fact(DisableParallelization = true)]
    public void Frames_TopDown_AllocateNothing()
    {
        var detector = new FixedNetwork(TinyModel.Describe(EndToEndFamily.Kind, 320, 320) with
        {
            Input = TinyModel.Describe(EndToEndFamily.Kind, 320, 320).Input with { Resize = ResizeRule.Letterbox },
        }, ["dets", "labels"], outputs =>
        {
            new[] { 20f, 40, 80, 160, 0.9f, 180, 40, 240, 160, 0.8f }.CopyTo(outputs[0].ResizeFloats([1, 2, 5]));
            outputs[1].ResizeIntegers([1, 2]).Clear();
        });
        // The joints span 54 of 96 columns and 102 of 128 rows about the middle: with this margin their box is the crop again.
        var pose = new FixedNetwork(TinyModel.Describe(SimccFamily.Kind, 48, 64, "coco17") with { Decode = new ModelDecode { Padding = 128 / 102f, FollowedPadding = 128 / 102f } }, ["x", "y"], outputs =>
        {
            var xs = outputs[0].ResizeFloats([1, 17, 96]);
            var ys = outputs[1].ResizeFloats([1, 17, 128]);
            xs.Clear();
            ys.Clear();
            for (var k = 0; k < 17; k++)
            {
                xs[k * 96 + 21 + k % 4 * 18] = 0.8f;
                ys[k * 128 + (k / 4) switch { 0 => 13, 1 => 38, 2 => 64, 3 => 90, _ => 115 }] = 0.8f;
            }
        });
        var estimator = EstimatorFactory.TopDown(pose, EstimatorFactory.Detector(detector), new TopDownOptions { DetectEvery = 5 });
        Assert.Equal(2, Run(estimator, 640, 360));
        Assert.InRange(detector.Runs, (Warm + Allocations.Rounds * Frames) / 5, (Warm + Allocations.Rounds * Frames) / 4);
    }

    /// <summary>As a stream does it; returns how many people the last frame had.</summary>
    private static int Run(IPoseEstimator estimator, int width, int height)
    {
        var (poses, people) = (new PoseList(estimator.Skeleton.Count), new TrackedPoseList(estimator.Skeleton.Count));
        var tracker = new Tracker(estimator.Skeleton, new TrackerSettings());
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        var lane = new ScheduledStream("cam", slot, frame =>
        {
            estimator.Estimate(frame, poses);
            tracker.Update(poses, frame.Info.Epoch, frame.Info.Sequence / 10.0, people);
        });
        var pixels = new Random(5);
        Frame[] frames = [new(width, height), new(width, height)];
        foreach (var frame in frames) { pixels.NextBytes(frame.Pixels); }
        var sequence = 0;
        for (var i = 0; i < Warm; i++) { Next(sequence++); }
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < Frames; i++) { Next(sequence++); }
        }));
        Assert.Equal(Warm + Allocations.Rounds * Frames, lane.Processed);
        return people.Count;

        void Next(int i)
        {
            frames[i % 2].Info = new FrameInfo("cam", 1, i, TimeProvider.System.GetTimestamp(), default);
            slot.Put(frames[i % 2], CancellationToken.None);
            using var frame = slot.TryTake()!;
            lane.Run(frame, TimeProvider.System);
        }
    }

    /// <summary>Answers every run with the same values.</summary>
    private sealed class FixedNetwork(ModelDescriptor descriptor, string[] names, Action<OutputTensor[]> fill) : INetwork
    {
        private FixedBinding? _binding;

        public ModelDescriptor Descriptor => descriptor;
        public int Runs { get; private set; }

        public Binding Bind(int batch, int height, int width) => _binding ??= new FixedBinding(this, batch, height, width, names, fill);

        private sealed class FixedBinding : Binding
        {
            private readonly FixedNetwork _owner;
            private readonly OutputTensor[] _outputs;

            public FixedBinding(FixedNetwork owner, int batch, int height, int width, string[] names, Action<OutputTensor[]> fill)
                : base(batch, height, width, int32: false)
            {
                (_owner, _outputs) = (owner, [.. names.Select(n => new OutputTensor(n))]);
                fill(_outputs);
            }

            public override IReadOnlyList<OutputTensor> Outputs => _outputs;

            public override void Run() => _owner.Runs++;
        }
    }
}
