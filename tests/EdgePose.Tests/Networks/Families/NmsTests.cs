using EdgePose.Domain;
using EdgePose.Networks.Families;

namespace EdgePose.Tests.Networks.Families;

public sealed class NmsTests
{
    [Fact]
    public void Apply_IouEqualToTheThreshold_IsKept()
    {
        var boxes = new List<Detection> { new(new Box(0, 0, 10, 10), 0.9f), new(new Box(0, 5, 10, 10), 0.8f) };
        new Nms().Apply(boxes, 0.5f, plusOnePixel: false);
        Assert.Equal(2, boxes.Count);
        new Nms().Apply(boxes, 0.499f, plusOnePixel: false);
        Assert.Single(boxes);
    }

    [Fact]
    public void Apply_PlusOnePixel_CountsInclusivePixels()
    {
        var (a, b) = (new Box(0, 0, 9, 9), new Box(5, 0, 14, 9));
        Assert.Equal(50f / 150, Nms.IouPlusOne(a, b), 6);
        Assert.Equal(36f / 126, a.Iou(b), 6);
        var boxes = new List<Detection> { new(a, 0.5f), new(b, 0.6f) };
        new Nms().Apply(boxes, 0.3f, plusOnePixel: false);
        Assert.Equal(2, boxes.Count);
        new Nms().Apply(boxes, 0.3f, plusOnePixel: true);
        Assert.Equal(b, Assert.Single(boxes).Box);
    }

    [Fact]
    public void Apply_SuppressedBox_SuppressesNobody()
    {
        var boxes = new List<Detection> { new(new Box(0, 0, 10, 10), 0.9f), new(new Box(4, 0, 14, 10), 0.8f), new(new Box(8, 0, 18, 10), 0.7f) };
        new Nms().Apply(boxes, 0.3f, plusOnePixel: false);
        Assert.Equal([0.9f, 0.7f], boxes.Select(d => d.Score));
    }

    [Fact]
    public void Apply_EqualScores_KeepTheirOrder()
    {
        var boxes = Enumerable.Range(0, 50).Select(i => new Detection(new Box(i * 20, 0, i * 20 + 10, 10), i % 2)).ToList();
        new Nms().Apply(boxes, 0.5f, plusOnePixel: false);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => i * 2 + 1).Concat(Enumerable.Range(0, 25).Select(i => i * 2)), boxes.Select(d => (int)d.Box.X1 / 20));
    }

    [Fact]
    public void Apply_MoreCandidatesThanTheLimit_KeepsTheBest()
    {
        var boxes = Enumerable.Range(0, 1500).Select(i => new Detection(new Box(i * 20, 0, i * 20 + 10, 10), i)).ToList();
        new Nms().Apply(boxes, 0.5f, plusOnePixel: false);
        Assert.Equal(Nms.MaxCandidates, boxes.Count);
        Assert.Equal(500, boxes.Min(d => d.Score));
    }
}
