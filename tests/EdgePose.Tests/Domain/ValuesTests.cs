using EdgePose.TestSupport;
using EdgePose.Domain;

namespace EdgePose.Tests.Domain;

/// <summary>Boxes, poses and their pooled lists.</summary>
public sealed class ValuesTests
{
    [Theory]
    [InlineData(0, 0, 10, 10, 0, 0, 10, 10, 1)]
    [InlineData(0, 0, 10, 10, 5, 0, 15, 10, 1 / 3f)]
    [InlineData(0, 0, 10, 10, 10, 0, 20, 10, 0)]
    [InlineData(0, 0, 10, 10, 20, 20, 30, 30, 0)]
    [InlineData(0, 0, 10, 10, 2, 2, 4, 4, 0.04f)]
    [InlineData(0, 0, 10, 10, 5, 5, 5, 5, 0)]
    [InlineData(5, 5, 0, 0, 0, 0, 10, 10, 0)]
    [InlineData(float.NaN, 0, 10, 10, 0, 0, 10, 10, 0)]
    public void Iou_TwoBoxes_IsIntersectionOverUnion(float a, float b, float c, float d, float e, float f, float g, float h, float expected)
    {
        var (one, two) = (new Box(a, b, c, d), new Box(e, f, g, h));
        Assert.Equal(expected, one.Iou(two), 1e-6f);
        Assert.Equal(one.Iou(two), two.Iou(one));
    }

    [Fact]
    public void Box_Measures_AreThoseOfItsCorners()
    {
        var box = new Box(-5, 10, 15, 40);
        Assert.Equal((20, 30, 600, 5, 25, false), (box.Width, box.Height, box.Area, box.CenterX, box.CenterY, box.IsEmpty));
        Assert.Equal(new Box(0, 10, 12, 30), box.Clip(12, 30));
        Assert.Equal(new Box(-15, -5, 25, 55), box.Inflate(2));
        Assert.True(box.Clip(640, 5).IsEmpty);
        Assert.Equal(0, new Box(10, 0, 0, 10).Area);
        Assert.True(new Box(0, 0, float.NaN, 1).IsEmpty);
    }

    [Fact]
    public void TryGetExtents_JointsAboveTheThreshold_SpanTheBox()
    {
        var pose = new PoseList(4).Add();
        Assert.False(pose.TryGetExtents(0, out var none, out var found));
        Assert.Equal((default(Box), 0, 0f), (none, found, pose.MeanScore(0)));
        pose.Points[0] = new Keypoint(-3, 8, 0.5f);
        pose.Points[1] = new Keypoint(7, 2, 0.9f);
        pose.Points[2] = new Keypoint(100, 100, 0.1f);
        Assert.True(pose.TryGetExtents(0.5f, out var box, out found));
        Assert.Equal((new Box(-3, 2, 7, 8), 2), (box, found));
        Assert.Equal(0.7f, pose.MeanScore(0.5f), 6);
        Assert.Equal(0.5f, pose.MeanScore(0), 6);
    }

    [Fact]
    public void PoseList_AddAfterClear_HandsOutTheSameInstancesBlank()
    {
        var list = new PoseList(3);
        var first = list.Add();
        (first.Score, first.Box, first.Points[1]) = (1, new Box(1, 2, 3, 4), new Keypoint(5, 6, 7));
        list.Clear();
        Assert.Throws<ArgumentOutOfRangeException>(() => list[0]);
        Assert.Same(first, list.Add());
        Assert.Equal((0f, default(Box)), (first.Score, first.Box));
        Assert.All(first.Points, p => Assert.False(p.IsFound));
    }

    [Fact]
    public void PoseList_RemoveAt_KeepsTheOrderAndTheInstance()
    {
        var list = new PoseList(1);
        Pose[] all = [list.Add(), list.Add(), list.Add()];
        list.RemoveAt(0);
        Assert.Equal([all[1], all[2]], new[] { list[0], list[1] });
        Assert.Equal(2, list.Count);
        Assert.Same(all[0], list.Add());
        Assert.Throws<ArgumentOutOfRangeException>(() => list.RemoveAt(3));
    }

    [Fact(DisableParallelization = true)]
    public void Lists_ACrowdSeenBefore_AllocateNothing()
    {
        var (poses, people) = (new PoseList(17), new TrackedPoseList(17));
        Fill();
        Assert.Equal(0, Allocations.OfBestRound(() =>
        {
            for (var i = 0; i < 1000; i++) { Fill(); }
        }));
        Assert.Equal(9, people.Count);

        void Fill()
        {
            poses.Clear();
            people.Clear();
            for (var i = 0; i < 10; i++) { poses.Add(); if (i > 0) { people.Add(); } }
            poses.RemoveAt(4);
        }
    }

    [Fact]
    public void TrackedPoseList_BeyondItsCount_IsOutOfRange()
    {
        var list = new TrackedPoseList(2);
        var first = list.Add();
        list.Clear();
        Assert.Throws<ArgumentOutOfRangeException>(() => list[0]);
        Assert.Same(first, list.Add());
    }

    [Fact]
    public void Secret_AsText_IsMasked()
    {
        var secret = new Secret("hunter2");
        Assert.Equal(("***", "***", "hunter2"), (secret.ToString(), $"{secret}", secret.Reveal()));
    }

    [Fact]
    public void Frame_AsText_HoldsNoPixel()
    {
        using var frame = new Frame(2, 1) { Info = new FrameInfo("cam", 1, 7, 0, default) };
        Assert.Equal("cam#7 2x1", frame.ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => new Frame(0, 1));
        Assert.Throws<OverflowException>(() => new Frame(100_000, 100_000));
    }
}
