using System.Text;
using EdgePose.Domain;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Families.MoveNet;
using EdgePose.Networks.Models;
using EdgePose.Settings.Problems;
using EdgePose.TestSupport;
using EdgePose.Tests.Service.Configuration;

namespace EdgePose.Tests.Networks.Models;

public sealed class ModelCatalogTests
{
    private static readonly string BuiltIn = Path.Combine(Repo.Root, "models");

    private const string Good = """
        name: mine
        kind: heatmap
        file: mine.onnx
        sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        skeleton: coco17
        licence: MIT
        source: here
        """;

    private static (ModelDescriptor? Model, string Problems) Read(string yaml)
    {
        var problems = new ProblemList();
        var model = DescriptorReader.Read(Encoding.UTF8.GetBytes(yaml), "/m/mine.yaml", problems);
        return (model, string.Join('\n', problems.ToSorted([])));
    }

    [Fact]
    public void Read_AConfigurationAmongTheDescriptors_IsNamedOnce()
    {
        var (model, problems) = Read("mqtt: { url: mqtt://h }\nstreams: { front: rtsp://h/1 }\nlog: { level: info }\n");
        Assert.Null(model);
        Assert.Single(problems.Split('\n'));
        Assert.Contains("this is a configuration and no model descriptor", problems, StringComparison.Ordinal);
        Assert.EndsWith("[warning]", problems, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BuiltInDescriptors_AreAllWithoutProblems()
    {
        var catalog = ModelCatalog.Load([BuiltIn], []);
        Assert.Empty(catalog.Problems);
        Assert.Equal(
            ["centernet-person", "ditehrnet18-random", "dwpose-l", "dwpose-l-384", "dwpose-m", "dwpose-s", "dwpose-t", "dwpose-t-random", "hourglass2-random",
             "litepose-l", "litepose-m", "litepose-s", "litepose-xs", "movenet-lightning", "picodet-s-320", "pp-tinypose-128x96", "pp-tinypose-256x192",
             "rtmdet-nano", "rtmdet-nano-person", "rtmdet-nano-raw-640", "rtmpose-l", "rtmpose-m", "rtmpose-s", "rtmpose-t", "yolox-nano",
             "yolox-nano-release", "yolox-s", "yolox-tiny"],
            catalog.Models.Select(m => m.Name));
        Assert.All(catalog.Models, m => Assert.Equal(m.Name.EndsWith("-random", StringComparison.Ordinal), m.Note.Contains("random weights", StringComparison.Ordinal)));
        Assert.All(catalog.Models, m => Assert.Equal(m.Skeleton == "coco_wholebody133" && !m.Name.EndsWith("-random", StringComparison.Ordinal),
            m.Note.Contains("non-commercial", StringComparison.Ordinal)));
        Assert.All(catalog.Models.Where(m => m.Download is not null), m => Assert.StartsWith("https://", m.Download!.Url, StringComparison.Ordinal));
        Assert.All(catalog.Models, m => Assert.Equal("", m.Path));
    }

    [Theory]
    [InlineData("centernet-person", ModelTask.Detect, 512, 512, TensorLayout.Nhwc, ColourOrder.Rgb, ResizeRule.Stretch, 0f, 1f)]
    [InlineData("movenet-lightning", ModelTask.TopDown, 192, 192, TensorLayout.Nhwc, ColourOrder.Rgb, ResizeRule.Crop, 0f, 1f)]
    [InlineData("litepose-m", ModelTask.BottomUp, 448, 448, TensorLayout.Nchw, ColourOrder.Rgb, ResizeRule.ShortSide, 123.675f, 58.395f)]
    [InlineData("rtmdet-nano-person", ModelTask.Detect, 320, 320, TensorLayout.Nchw, ColourOrder.Bgr, ResizeRule.Letterbox, 103.53f, 57.375f)]
    [InlineData("rtmdet-nano-raw-640", ModelTask.Detect, 640, 640, TensorLayout.Nchw, ColourOrder.Bgr, ResizeRule.Letterbox, 103.53f, 57.375f)]
    [InlineData("yolox-nano", ModelTask.Detect, 416, 416, TensorLayout.Nchw, ColourOrder.Bgr, ResizeRule.Letterbox, 0f, 1f)]
    [InlineData("picodet-s-320", ModelTask.Detect, 320, 320, TensorLayout.Nchw, ColourOrder.Rgb, ResizeRule.Stretch, 123.675f, 58.395f)]
    [InlineData("pp-tinypose-256x192", ModelTask.TopDown, 192, 256, TensorLayout.Nchw, ColourOrder.Rgb, ResizeRule.Crop, 123.675f, 58.395f)]
    [InlineData("pp-tinypose-128x96", ModelTask.TopDown, 96, 128, TensorLayout.Nchw, ColourOrder.Rgb, ResizeRule.Crop, 123.675f, 58.395f)]
    [InlineData("dwpose-t-random", ModelTask.TopDown, 192, 256, TensorLayout.Nchw, ColourOrder.Rgb, ResizeRule.Crop, 123.675f, 58.395f)]
    [InlineData("hourglass2-random", ModelTask.TopDown, 256, 256, TensorLayout.Nhwc, ColourOrder.Rgb, ResizeRule.Crop, 0f, 255f)]
    public void Load_BuiltInDescriptor_HasTheContractOfItsFamily(
        string name, object task, int width, int height, object layout, object colour, object resize, float mean, float std)
    {
        var m = ModelCatalog.Load([BuiltIn], []).Get(name);
        Assert.Equal(
            ((ModelTask)task, width, height, (TensorLayout)layout, (ColourOrder)colour, (ResizeRule)resize, mean, std),
            (m.Task, m.Input.Width, m.Input.Height, m.Input.Layout, m.Input.Colour, m.Input.Resize, m.Input.Mean[0], m.Input.Std[0]));
        Assert.Equal(m.Input.Resize == ResizeRule.Letterbox ? 114 : 0, m.Input.PadValue);
        Assert.Equal(m.Kind == MoveNetFamily.Kind, m.Input.Int32);
    }

    [Fact]
    public void Load_SharedModels_HaveThePinnedHashes()
    {
        string[] folders = [Repo.Shared("models"), Repo.Shared("models/random")];
        var pinned = ModelCatalog.Load([BuiltIn], folders).Models.Where(m => m.Sha256.Length > 0 && m.Download is null).ToList();
        Assert.Equal(10, pinned.Count);
        foreach (var model in pinned) { Assert.NotEmpty(ModelFile.ReadVerified(model)); }
    }

    [Fact]
    public void Read_Overrides_ReplaceTheFamilysDefaults()
    {
        var (model, problems) = Read(Good + "\ninput: { width: 288, height: 384, colour: bgr, mean: [1, 2, 3], std: [4, 5, 6] }\ndecode: { refine: udp-dark, dark_kernel: 17, padding: 1.3 }\noutputs: [a, b]\n");
        Assert.Equal("", problems);
        Assert.Equal((288, 384, ColourOrder.Bgr, TensorLayout.Nchw), (model!.Input.Width, model.Input.Height, model.Input.Colour, model.Input.Layout));
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], model.Input.Mean.Concat(model.Input.Std));
        Assert.Equal((HeatmapRefine.UdpDark, 17, 1.3f), (model.Decode.Refine, model.Decode.DarkKernel, model.Decode.Padding));
        Assert.Equal(["a", "b"], model.Outputs);
    }

    [Theory]
    [InlineData("file: mine.onnx", "file: ../mine.onnx", "3:7  file: expected a plain file name")]
    [InlineData("file: mine.onnx", "file: /etc/mine.onnx", "3:7  file: expected a plain file name")]
    [InlineData("file: mine.onnx", "file: sub/mine.onnx", "3:7  file: expected a plain file name")]
    [InlineData("file: mine.onnx", "file: .hidden.onnx", "3:7  file: expected a plain file name")]
    [InlineData("file: mine.onnx", "file: mine.so", "3:7  file: expected a plain file name")]
    [InlineData("name: mine", "name: other", "the file is called \"mine\"")]
    [InlineData("kind: heatmap", "kind: heatmapp", "did you mean \"heatmap\"?")]
    [InlineData("sha256: 0123", "sha256: 0x23", "4:9  sha256: expected 64 hexadecimal digits")]
    [InlineData("sha256:", "recorded: true\nsha256:", "give sha256 or recorded: true, not both")]
    [InlineData("source: here", "source: here\ndownload: { url: 'http://example.org/m.onnx' }", "expected an https:// address")]
    [InlineData("source: here", "source: here\ndownload: { url: 'https://user:pw@example.org/m.onnx' }", "expected an https:// address")]
    [InlineData("source: here", "source: here\ndownload: { url: 'https://example.org/m.zip', archive: ../m.onnx }", "a plain file name ending in .onnx")]
    [InlineData("source: here", "source: here\ndownload: { archive: m.onnx }", "an archive needs its url")]
    [InlineData("skeleton: coco17", "skeletton: coco17", "skeletton: unknown key; did you mean \"skeleton\"?")]
    [InlineData("skeleton: coco17", "skeleton: coco18", "expected one of coco17")]
    [InlineData("licence: MIT", "note: none", "licence is missing")]
    [InlineData("kind: heatmap", "kind: yolox-raw", "a detector has no skeleton")]
    [InlineData("source: here", "source: here\ndecode: { dark_kernel: 4 }", "the kernel must be odd")]
    [InlineData("source: here", "source: here\ninput: { mean: [1, 2] }", "expected a list of 3 numbers")]
    [InlineData("source: here", "source: here\ninput: { int32: true, mean: [1, 2, 3] }", "an int32 input takes raw values")]
    [InlineData("source: here", "source: here\ninput: { width: 1000000000 }", "expected a whole number 16–4096")]
    public void Read_BadDescriptor_IsRefusedWithThePlace(string good, string bad, string expected)
    {
        var (model, problems) = Read(Good.Replace(good, bad, StringComparison.Ordinal));
        Assert.Null(model);
        Assert.Contains(expected, problems, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OneBadDescriptor_LeavesTheOthersAndIsReported()
    {
        using var folder = new TempFolder();
        folder.Write("mine.yaml", Good);
        folder.Write("bad.yaml", "name: bad\nkind: nothing\n");
        var catalog = ModelCatalog.Load([folder.Path, "/does/not/exist"], []);
        Assert.Equal("mine", Assert.Single(catalog.Models).Name);
        Assert.All(catalog.Problems, p => Assert.EndsWith("bad.yaml", p.File, StringComparison.Ordinal));
        Assert.NotEmpty(catalog.Problems);
    }

    [Fact]
    public void Load_SameNameInTwoFolders_TheEarlierWins()
    {
        using var mine = new TempFolder();
        mine.Write("yolox-nano.yaml", Good.Replace("name: mine", "name: yolox-nano", StringComparison.Ordinal));
        mine.Write("mine.onnx", "x");
        var model = ModelCatalog.Load([mine.Path, BuiltIn], [mine.Path]).Get("yolox-nano");
        Assert.Equal((HeatmapFamily.Kind, Path.Combine(mine.Path, "mine.onnx")), (model.Kind, model.Path));
    }

    [Fact]
    public void Get_UnknownName_SuggestsTheNearest()
    {
        var catalog = ModelCatalog.Load([BuiltIn], []);
        Assert.Null(catalog.Find("movenet-lightening", out var meant));
        Assert.Equal("movenet-lightning", meant);
        var e = Assert.Throws<UserError>(() => catalog.Get("yolo-nano"));
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.Contains("did you mean \"yolox-nano\"?", e.Message, StringComparison.Ordinal);
    }
}
