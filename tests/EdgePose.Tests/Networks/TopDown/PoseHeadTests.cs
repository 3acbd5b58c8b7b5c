using EdgePose.Domain;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.TopDown;
using EdgePose.TestSupport;
using EdgePose.Tests.Networks.Runtime;

namespace EdgePose.Tests.Networks.TopDown;

/// <summary>Crops in batches give what crops one by one give, with a real network of a variable batch.</summary>
public sealed class PoseHeadTests
{
    private static readonly ModelDescriptor Descriptor = TinyModel.Describe(HeatmapFamily.Kind, 64, 96, "coco17");

    private static OrtSession Open(int batch, long fixedBatch = -1) =>
        TinyModel.Open(Descriptor, TinyModel.Heatmap(17, fixedBatch, 96, 64), 17, TinyModel.Cpu with { Batch = batch });

    private static Frame Noise()
    {
        var frame = new Frame(320, 240) { Info = new FrameInfo("cam", 1, 0, 0, default) };
        new Random(3).NextBytes(frame.Pixels);
        return frame;
    }

    private static List<Box> Boxes(int count) => [.. Enumerable.Range(0, count).Select(i => new Box(10 + 20 * i, 5 + 9 * i, 60 + 22 * i, 90 + 10 * i))];

    private static List<(Keypoint[] Points, float Score)> Run(INetwork network, IReadOnlyList<Box> boxes, bool plan = true)
    {
        using var frame = Noise();
        var head = new PoseHead(network, new HeatmapDecoder(network.Descriptor));
        var all = new List<(Keypoint[], float)>();
        // A second frame with the same head must not see the first one's plans.
        for (var round = 0; round < 2; round++)
        {
            all.Clear();
            head.Begin();
            foreach (var box in plan ? boxes : []) { head.Announce(box, 1.25f); }
            foreach (var box in boxes)
            {
                var pose = new Pose(17);
                head.Estimate(frame, box, 1.25f, 0.5f, pose);
                all.Add(([.. pose.Points], pose.Score));
            }
        }
        return all;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(0)]
    public void Estimate_InBatches_EqualsOneByOne(int people)
    {
        using var single = Open(1);
        using var batched = Open(8);
        Assert.Equal((1, 8), (single.MaxBatch, batched.MaxBatch));
        var boxes = Boxes(people);
        var expected = Run(single, boxes);
        var actual = Run(batched, boxes);
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < people; i++)
        {
            Assert.Equal(expected[i].Points, actual[i].Points);
            Assert.Equal(expected[i].Score, actual[i].Score);
            Assert.Contains(expected[i].Points, p => p.IsFound);
        }
    }

    [Fact]
    public void Estimate_ElevenBoxesAmongThemUnusableOnes_RunsTwice()
    {
        using var session = Open(8);
        var counting = new CountingNetwork(session);
        var boxes = Boxes(11);
        boxes.Insert(4, default);
        boxes.Insert(7, new Box(float.NaN, 0, 10, 10));
        var all = Run(counting, boxes);
        // Two frames; three boxes are left for the second run, which takes four.
        Assert.Equal([8, 4, 8, 4], counting.Batches);
        Assert.All(new[] { all[4], all[7] }, p => Assert.DoesNotContain(p.Points, k => k.IsFound));
    }

    [Fact]
    public void Estimate_BoxesThatWereNotPlanned_RunOneByOne()
    {
        using var session = Open(8);
        var counting = new CountingNetwork(session);
        Run(counting, Boxes(3), plan: false);
        Assert.Equal([1, 1, 1, 1, 1, 1], counting.Batches);
    }

    [Theory]
    [InlineData(0, -1, 1)]
    [InlineData(7, -1, 4)]
    [InlineData(16, -1, 16)]
    [InlineData(8, 1, 1)]
    public void MaxBatch_IsAPowerOfTwoThatTheFileTakes_AndOneOnTheCpuUnlessAskedFor(int wanted, long fixedBatch, int expected)
    {
        using var session = Open(wanted, fixedBatch);
        Assert.Equal(expected, session.MaxBatch);
    }

    [Fact(DisableParallelization = true)]
    public void Estimate_Batches_AllocateNothing()
    {
        using var session = Open(4);
        using var frame = Noise();
        var head = new PoseHead(session, new HeatmapDecoder(session.Descriptor));
        var boxes = Boxes(6);
        var pose = new Pose(17);
        for (var i = 0; i < 20; i++) { Once(); }
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 200; i++) { Once(); }
        }));

        void Once()
        {
            head.Begin();
            for (var i = 0; i < boxes.Count; i++) { head.Announce(boxes[i], 1.25f); }
            for (var i = 0; i < boxes.Count; i++) { head.Estimate(frame, boxes[i], 1.25f, 1, pose); }
        }
    }

    private sealed class CountingNetwork(INetwork inner) : INetwork
    {
        public List<int> Batches { get; } = [];
        public ModelDescriptor Descriptor => inner.Descriptor;
        public int MaxBatch => inner.MaxBatch;

        public Binding Bind(int batch, int height, int width)
        {
            Batches.Add(batch);
            return inner.Bind(batch, height, width);
        }
    }
}
