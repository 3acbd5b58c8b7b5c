using EdgePose.Domain;
using EdgePose.Networks.Preprocessing;

namespace EdgePose.Tests.Networks.Runtime;

public sealed class PreprocessPlacementsTests
{
    // Scale and offsets of the original three-point affine (goldens/affine.json, topdown).
    [Theory]
    [InlineData(100, 50, 200, 350, 192, 256, 0.682666667, -6.4, -8.533333333)]
    [InlineData(100, 50, 200, 350, 288, 384, 1.024, -9.6, -12.8)]
    [InlineData(0, 0, 640, 480, 192, 256, 0.24, 19.2, 70.4)]
    [InlineData(0, 0, 640, 480, 288, 384, 0.36, 28.8, 105.6)]
    [InlineData(300.5, 20.25, 420.75, 460.5, 192, 256, 0.465190233, -71.759227712, 16.179897785)]
    [InlineData(300.5, 20.25, 420.75, 460.5, 288, 384, 0.697785349, -107.638841567, 24.269846678)]
    [InlineData(10, 10, 630, 100, 192, 256, 0.247741935, 16.722580645, 114.374193548)]
    [InlineData(10, 10, 630, 100, 288, 384, 0.371612903, 25.083870968, 171.561290323)]
    public void Crop_Classic_EqualsTheThreePointAffine(
        float x1, float y1, float x2, float y2, int width, int height, double scale, double offsetX, double offsetY)
    {
        var p = Placements.Crop(new Box(x1, y1, x2, y2), width, height, 1.25, udp: false);
        Assert.Equal(scale, p.ScaleX, 8);
        Assert.Equal(scale, p.ScaleY, 8);
        Assert.Equal(offsetX, p.OffsetX, 7);
        Assert.Equal(offsetY, p.OffsetY, 7);
    }

    [Fact]
    public void Crop_Margin_IsAppliedOnce()
    {
        var p = Placements.Crop(new Box(100, 100, 175, 200), 192, 256, 1.25, udp: false);
        var (left, top) = p.ToFrame(0, 0);
        var (right, bottom) = p.ToFrame(192, 256);
        Assert.Equal(100 * 1.25f, bottom - top, 3);
        Assert.Equal(75 * 1.25f, right - left, 3);
    }

    [Fact]
    public void Crop_Udp_PutsTheEdgesOnTheFirstAndLastPixelCentre()
    {
        var p = Placements.Crop(new Box(100, 100, 175, 200), 192, 256, 1.0, udp: true);
        Assert.Equal((100f, 100f), p.ToFrame(0, 0));
        Assert.Equal((175f, 200f), p.ToFrame(191, 255));
    }

    [Fact]
    public void Crop_SquareInput_IsTheSquareAroundTheLongerSide()
    {
        // MoveNet: half = max(w, h) * 0.625.
        var p = Placements.Crop(new Box(100, 50, 140, 250), 192, 192, 1.25, udp: false);
        Assert.Equal((120f - 125, 150f - 125), p.ToFrame(0, 0));
        Assert.Equal((120f + 125, 150f + 125), p.ToFrame(192, 192));
    }

    [Theory]
    [InlineData(768, 576, 416, 416, 312)]
    [InlineData(1920, 1080, 416, 416, 234)]
    [InlineData(427, 640, 320, 213, 320)]
    [InlineData(333, 500, 320, 213, 320)]
    [InlineData(100, 50, 320, 320, 160)]
    public void Letterbox_ContentSize_IsTruncatedAndCoordinatesGoBackByTheRatio(int w, int h, int size, int contentWidth, int contentHeight)
    {
        var p = Placements.Letterbox(w, h, size, size, out var cw, out var ch);
        var r = Math.Min((double)size / h, (double)size / w);
        Assert.Equal((contentWidth, contentHeight), (cw, ch));
        Assert.Equal(((float)(10 / r), (float)(20 / r)), p.ToFrame(10, 20));
    }
}
