using EdgePose.Networks.Runtime;
using EdgePose.Workshop.Models;

namespace EdgePose.Tests.Workshop.Models;

public sealed class ForeignNetworksTests
{
    private static TensorShape Shape(string text) => new("t", typeof(float), [.. text.Split(',').Select(int.Parse)]);

    [Theory]
    [InlineData("YOLO segmentation", "1,116,8400", "1,32,160,160")]
    [InlineData("YOLO segmentation", "1,25200,117", "1,32,160,160")]
    [InlineData("YOLOv5-face", "1,25200,16")]
    [InlineData("raw heads", "1,255,80,80", "1,255,40,40", "1,255,20,20")]
    [InlineData("raw heads", "1,3,80,80,85", "1,3,40,40,85", "1,3,20,20,85")]
    [InlineData("raw heads", "1,64,80,80", "1,80,80,80", "1,64,40,40", "1,80,40,40", "1,64,20,20", "1,80,20,20")]
    [InlineData("four outputs behind its NMS", "1,1", "1,100,4", "1,100", "1,100")]
    [InlineData("four outputs behind its NMS", "1,100,4", "1,100", "1,100", "1")]
    [InlineData("NanoDet", "1,8500,112")]
    [InlineData("further numbers in each row", "1,57,8400")]
    [InlineData("further numbers in each row", "1,39,8400")]
    [InlineData("boxes and class scores apart", "1,300,80", "1,300,4")]
    [InlineData("boxes and class scores apart", "1,8400,4", "1,8400,80")]
    [InlineData("a segmentation", "1,21,640,640")]
    [InlineData("OpenPose", "1,38,80,80", "1,19,80,80")]
    [InlineData("landmarks", "1,195", "1,1")]
    [InlineData("classifier", "1,1000")]
    public void ByOutputs_PublicExports_HaveTheirNames(string name, params string[] outputs)
    {
        var found = ForeignNetworks.ByOutputs(Shape("1,3,640,640"), [.. outputs.Select(Shape)]);
        Assert.Contains(name, found?.Name ?? "", StringComparison.Ordinal);
        Assert.NotEmpty(found!.Advice);
    }

    [Fact]
    public void ByOutputs_MoveNetMultiPose_HasItsName() =>
        Assert.Equal("MoveNet MultiPose", ForeignNetworks.ByOutputs(new TensorShape("input", typeof(int), [1, 256, 256, 3]), [Shape("1,6,56")])?.Name);

    [Fact]
    public void ByOutputs_NothingKnown_IsNull() => Assert.Null(ForeignNetworks.ByOutputs(Shape("1,3,640,640"), [Shape("1,7,9,11,13")]));

    [Fact]
    public void ByInputs_PictureWithItsSize_HasItsName()
    {
        Assert.Contains("the picture's size", ForeignNetworks.ByInputs([Shape("1,3,640,640"), Shape("1,2")])?.Name ?? "", StringComparison.Ordinal);
        Assert.Null(ForeignNetworks.ByInputs([Shape("1,3,640,640"), Shape("1,3,640,640")]));
    }
}
