using EdgePose.Streams;

namespace EdgePose.Tests.Streams;

public sealed class PictureShapeTests
{
    [Theory]
    [InlineData(704, 288, 0.5, 0, 352, 288)]
    [InlineData(720, 576, 16 / 15.0, 0, 768, 576)]
    [InlineData(640, 480, 1, 0, 640, 480)]
    [InlineData(704, 288, 0.5, 90, 288, 352)]
    [InlineData(704, 288, 0.5, -270, 288, 352)]
    [InlineData(704, 288, 0.5, 180, 352, 288)]
    [InlineData(1, 1, 0.25, 0, 1, 1)]
    public void Upright_HasSquarePixels(int width, int height, double aspect, int rotation, int uprightWidth, int uprightHeight) =>
        Assert.Equal((uprightWidth, uprightHeight), new PictureShape(width, height, aspect).Upright(rotation));

    [Theory]
    [InlineData("16:15", 16 / 15.0)]
    [InlineData("1/2", 0.5)]
    [InlineData("1:1", 1)]
    [InlineData("0:1", 0)]
    [InlineData("1:0", 0)]
    [InlineData("N/A", 0)]
    [InlineData("", 0)]
    [InlineData("1:100", 0)]
    [InlineData("-1:-1", 0)]
    [InlineData("1e3:1", 0)]
    [InlineData("1:2:3", 0)]
    public void Ratio_IsReadWhereItCanBe(string text, double ratio) => Assert.Equal(ratio, PictureShape.Ratio(text));
}
