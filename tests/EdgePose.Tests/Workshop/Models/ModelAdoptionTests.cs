using EdgePose.Domain;
using EdgePose.Workshop.Models;

namespace EdgePose.Tests.Workshop.Models;

/// <summary>Foreign exports: what they are taken for, what is assumed about them and said, and what is refused by its name.</summary>
public sealed class ModelAdoptionTests
{
    // 8x8, 4x4 and 2x2 cells.
    private const int Cells = 84;

    private static AdoptionRequest Request(byte[] content) => new("mine", "mine.onnx", new string('0', 64), content);

    private static AdoptedModel Adopt(byte[] content) => ModelAdoption.Adopt(Request(content));

    private static UserError Refusal(byte[] content) => Assert.Throws<UserError>(() => Adopt(content));

    private static float[] Joints(int joints) => [.. Enumerable.Range(0, joints).SelectMany(k => new[] { 10f + k, 20f + k, 0.7f })];

    [Theory]
    [InlineData("cells", true, 17, "yolo-pose", "coco17")]
    [InlineData("cells", false, 17, "yolo-pose", "coco17")]
    [InlineData("anchors", false, 17, "yolo-pose", "coco17")]
    [InlineData("cells", true, 21, "yolo-pose", "hand21")]
    [InlineData("classes", true, 52, "yolo", "")]
    [InlineData("classes", false, 80, "yolo", "")]
    [InlineData("classes", true, 78, "yolo", "")]
    [InlineData("objectness", false, 80, "yolo-obj", "")]
    public void Adopt_YoloExports_AreToldApartByTheirValues(string form, bool columnsFirst, int count, string kind, string skeleton)
    {
        var (rows, rest) = form switch
        {
            "cells" => (Cells, [0.01f, .. Joints(count)]),
            "anchors" => (3 * Cells, [0.01f, 1, .. Joints(count)]),
            "objectness" => (3 * Cells, [0.01f, .. Enumerable.Repeat(0.01f, count)]),
            _ => (Cells, Enumerable.Repeat(0.01f, count).ToArray()),
        };
        var columns = 4 + rest.Length;
        var adopted = Adopt(SmallExports.Constant(
            SmallExports.Rows(rows, columnsFirst, rest), columnsFirst ? [1, columns, rows] : [1, rows, columns]));
        Assert.Equal((kind, skeleton), (adopted.Kind, adopted.Skeleton));
    }

    [Theory]
    [InlineData("yolo-pose", 57)]
    [InlineData("rt-detr", 57)]
    [InlineData("yolo-nms", 6)]
    public void Adopt_ChosenRows_AreToldApartByTheirValues(string kind, int columns)
    {
        var values = new float[300 * columns];
        for (var row = 0; row < 300; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                values[row * columns + column] = kind == "rt-detr" ? 0.3f + column * 1e-3f : column switch { < 4 => 10 + 10 * column, 4 => 0.01f, 5 => 0, _ => 30 };
            }
        }
        Assert.Equal(kind, Adopt(SmallExports.Constant(values, 1, 300, columns)).Kind);
    }

    [Fact]
    public void Adopt_DecodedYolox_IsNotTakenForUndecoded()
    {
        var undecoded = SmallExports.Rows(Cells, false, 0.01f, 0.5f, 0.5f);
        for (var at = 0; at < undecoded.Length; at += 7) { (undecoded[at], undecoded[at + 1], undecoded[at + 2], undecoded[at + 3]) = (0.3f, 0.4f, -0.5f, 0.2f); }
        Assert.Equal("yolox-raw", Adopt(SmallExports.Constant(undecoded, 1, Cells, 7)).Kind);
        Assert.Equal("yolo-obj", Adopt(SmallExports.Constant(SmallExports.Rows(Cells, false, 0.01f, 0.5f, 0.5f), 1, Cells, 7)).Kind);
        var transposed = ModelAdoption.Adopt(Request(SmallExports.Constant(SmallExports.Rows(Cells, false, 0.01f, 0.5f, 0.5f), 1, Cells, 7)) with { Kind = "yolo" });
        Assert.Equal("yolo", transposed.Kind);
    }

    [Theory]
    [InlineData(-0.01f, 256, false, "mean: [0, 0, 0], std: [1, 1, 1]", "0..255, BGR")]
    [InlineData(-0.01f, 1.01f, false, "mean: [0, 0, 0], std: [255, 255, 255]", "0..1, BGR")]
    [InlineData(-0.01f, 1.01f, true, "colour: rgb, mean: [0, 0, 0], std: [255, 255, 255]", "0..1, RGB")]
    [InlineData(-3, 3, false, "width: 64, height: 64 }", "ImageNet mean and deviation, BGR")]
    public void Adopt_ValuesThatTheNetworkWants_AreFoundOnThePicture(float least, float most, bool redFirst, string written, string said)
    {
        var adopted = ModelAdoption.Adopt(Request(SmallExports.EndToEnd(least, most, redFirst)) with { Picture = SmallExports.Picture });
        Assert.Contains(written, adopted.Descriptor, StringComparison.Ordinal);
        Assert.Contains(adopted.Assumed, line => line.StartsWith($"values {said}: fits a red picture to 90 %", StringComparison.Ordinal));
    }

    [Fact]
    public void Adopt_OptionsOfTheUser_AreTakenWithoutTrying()
    {
        var adopted = ModelAdoption.Adopt(Request(SmallExports.EndToEnd(-0.01f, 256, false)) with
        {
            Picture = SmallExports.Picture,
            Normalization = Normalization.All.Single(n => n.Word == "signed"),
            Colour = ColourOrder.Rgb,
        });
        Assert.Contains("colour: rgb, mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5]", adopted.Descriptor, StringComparison.Ordinal);
        Assert.Contains(adopted.Assumed, line => line.Contains("nobody was found on a red picture", StringComparison.Ordinal));
    }

    [Fact]
    public void Adopt_WithoutAPicture_SaysThatNothingWasTried()
    {
        var adopted = Adopt(SmallExports.EndToEnd(-3, 3, false));
        Assert.Contains(adopted.Assumed, line => line.StartsWith("values ImageNet mean and deviation, BGR: usual for det-e2e, not tried", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(17, "coco17", "skeleton coco17: by the number of joints, 17, which ap10k17 has as well; --skeleton")]
    [InlineData(14, "crowdpose14", "skeleton crowdpose14: by the number of joints, 14, which aic14 has as well; --skeleton")]
    [InlineData(26, "halpe26", "skeleton halpe26: by the number of joints, 26; --skeleton")]
    [InlineData(21, "hand21", "skeleton hand21: by the number of joints, 21; --skeleton")]
    [InlineData(106, "face106", "skeleton face106: by the number of joints, 106; --skeleton")]
    public void Adopt_NumberOfJoints_IsSaidToBeAllThatIsKnown(int joints, string skeleton, string said)
    {
        var adopted = Adopt(SmallExports.Maps(1, joints, 64, 48));
        Assert.Equal(skeleton, adopted.Skeleton);
        Assert.Contains(said, adopted.Assumed);
    }

    [Fact]
    public void Adopt_JointsOfNoSkeleton_CanBeTakenWithoutNames()
    {
        var content = SmallExports.Maps(1, 9, 64, 48);
        Assert.Contains("--skeleton points9 takes joints without names", Refusal(content).Hint, StringComparison.Ordinal);
        Assert.Equal("points9", ModelAdoption.Adopt(Request(content) with { Skeleton = "points9" }).Skeleton);
        Assert.Equal("ap10k17", ModelAdoption.Adopt(Request(SmallExports.Maps(1, 17, 64, 48)) with { Skeleton = "ap10k17" }).Skeleton);
    }

    [Theory]
    [InlineData("1,17,128,96")]
    [InlineData("1,17,32,24")]
    [InlineData("1,64,48,17")]
    [InlineData("1,32,24,17")]
    public void Adopt_HeatMapsOfOtherForms_NeedNoKey(string shape)
    {
        var adopted = Adopt(SmallExports.Maps([.. shape.Split(',').Select(long.Parse)]));
        Assert.Equal(("heatmap", "coco17"), (adopted.Kind, adopted.Skeleton));
    }

    [Theory]
    [InlineData("1,17,256,192", "a segmentation (a value for each pixel)")]
    [InlineData("1,1000", "a classifier")]
    [InlineData("100,7", "YOLOv7 with NMS in the graph")]
    public void Adopt_KnownStranger_IsRefusedByName(string shape, string name)
    {
        var e = Refusal(SmallExports.Maps([.. shape.Split(',').Select(long.Parse)]));
        Assert.Contains($"it looks like {name}", e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(e.Hint);
    }

    /// <summary>Two classes before the joints, joints without a score, an angle behind the box: the rows of no family.</summary>
    [Theory]
    [InlineData(2, 17, 3)]
    [InlineData(1, 17, 2)]
    public void Adopt_YoloRowsWithFurtherNumbers_AreRefusedByName(int classes, int joints, int numbers)
    {
        float[] rest = [.. Enumerable.Repeat(0.01f, classes), .. Enumerable.Range(0, joints * numbers).Select(i => 10f + i)];
        var e = Refusal(SmallExports.Constant(SmallExports.Rows(Cells, true, rest), 1, 4 + rest.Length, Cells));
        Assert.Contains("a YOLO network with further numbers in each row", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adopt_StrangerWithTheNumbersOfAFamily_IsRefusedWhenNobodyIsFound()
    {
        // NanoDet's rows at 64x64: four strides, 80 scores and 32 logarithms, small enough for undecoded YOLOX.
        var content = SmallExports.Constant([.. Enumerable.Repeat(0.001f, 85 * 112)], 1, 85, 112);
        Assert.Equal("yolox-raw", Adopt(content).Kind);
        var e = Assert.Throws<UserError>(() => ModelAdoption.Adopt(Request(content) with { Picture = SmallExports.Picture }));
        Assert.Contains("it looks like NanoDet", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adopt_SizeOfAFileThatHasOne_IsRefused()
    {
        var e = Assert.Throws<UserError>(() => ModelAdoption.Adopt(Request(SmallExports.Maps(1, 17, 64, 48)) with { Size = (288, 384) }));
        Assert.Contains("--size says 288x384, but the file takes 192x256 only", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adopt_Yolov5Face_IsRefusedByName()
    {
        // Centre, size, objectness, five points, one class: as many columns as eleven classes would have.
        float[] rest = [0.01f, 10, 20, 30, 40, 50, 60, 20, 30, 40, 50, 0.9f];
        var e = Refusal(SmallExports.Constant(SmallExports.Rows(3 * Cells, false, rest), 1, 3 * Cells, 16));
        Assert.Contains("YOLOv5-face", e.Message, StringComparison.Ordinal);
        Assert.Equal("yolo-obj", Adopt(SmallExports.Constant(SmallExports.Rows(3 * Cells, false, [.. Enumerable.Repeat(0.1f, 12)]), 1, 3 * Cells, 16)).Kind);
    }
}
