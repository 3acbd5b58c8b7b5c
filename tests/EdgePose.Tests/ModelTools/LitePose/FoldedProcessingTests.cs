using EdgePose.Domain;
using EdgePose.ModelTools.LitePose;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Preprocessing;

namespace EdgePose.Tests.ModelTools.LitePose;

/// <summary>Pre- and post-processing in the graph against the product's own.</summary>
public sealed class FoldedProcessingTests : IDisposable
{
    private const int Side = 192;
    private static readonly LitePoseArchitecture Network = LitePoseArchitecture.Xs;
    private readonly string _folder = Directory.CreateTempSubdirectory("folded-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FoldInput_Picture_GivesTheOutputsOfTheNormalisedPicture()
    {
        var picture = Picture();
        using var plain = Run(new LitePoseImportOptions()).With("input", [1, 3, Side, Side], Normalised(picture));
        using var folded = Run(new LitePoseImportOptions { FoldInput = true }).With("image", [1, Side, Side, 3], picture);
        foreach (var name in (string[])["stage0_heatmaps_tags", "stage1_heatmaps"])
        {
            var ((shape, values), (expectedShape, expected)) = (folded.Get<float>(name), plain.Get<float>(name));
            Assert.Equal(expectedShape, shape);
            for (var i = 0; i < values.Length; i++) { Assert.Equal(expected[i], values[i], 1e-5f * Math.Max(1, Math.Abs(expected[i]))); }
        }
    }

    [Theory]
    [InlineData(14, "crowdpose14")]
    [InlineData(17, "coco17")]
    public void FoldPeaks_Outputs_AreThePeaksOfTheDecoder(int joints, string skeleton)
    {
        var input = Normalised(Picture());
        using var plain = Run(new LitePoseImportOptions(), joints).With("input", [1, 3, Side, Side], input);
        using var fast = Run(new LitePoseImportOptions { FoldPeaks = true }, joints).With("input", [1, 3, Side, Side], input);
        var (valShape, val) = fast.Get<float>("val");
        var (_, idx) = fast.Get<long>("idx");
        var (tagShape, tag) = fast.Get<float>("tag");
        Assert.Equal([1, joints, LitePoseImporter.PeaksPerJoint], valShape);
        Assert.Equal([1, joints, LitePoseImporter.PeaksPerJoint, 1], tagShape);

        var maps = new ResponseMaps(joints);
        var stages = new StageOutputs(plain.Get<float>("stage0_heatmaps_tags").Values, plain.Get<float>("stage1_heatmaps").Values, Side / 4, Side / 4);
        new MapAggregator(Skeletons.Get(skeleton)).Set(stages, maps, runs: 1);
        var peaks = new Peaks(joints, LitePoseImporter.PeaksPerJoint);
        for (var j = 0; j < joints; j++) { MapPeaks.Find(maps, j, 0, peaks); }
        var compared = 0;
        for (var j = 0; j < joints; j++)
        {
            var expected = peaks.Of(j);
            for (var i = 0; i < expected.Length; i++, compared++)
            {
                var at = (j * LitePoseImporter.PeaksPerJoint) + i;
                Assert.Equal(expected[i].Value, val[at], 1e-4f);
                Assert.Equal((expected[i].Y * Side / 2) + expected[i].X, idx[at]);
                Assert.Equal(expected[i].Tag, tag[at], 1e-3f);
            }
        }
        Assert.True(compared > 10 * joints, $"only {compared} peaks: the picture tests nothing");
    }

    private OnnxRun Run(LitePoseImportOptions options, int joints = 14)
    {
        var path = Path.Combine(_folder, Path.GetRandomFileName());
        File.WriteAllBytes(path, LitePoseImporter.Random(Network with { Joints = joints }, 5, options).Onnx.Span);
        return new OnnxRun(path);
    }

    private static byte[] Picture()
    {
        var picture = new byte[Side * Side * 3];
        new Random(9).NextBytes(picture);
        return picture;
    }

    /// <summary>As the product normalises: one table per channel, planes.</summary>
    private static float[] Normalised(byte[] picture)
    {
        var table = new ChannelTable(new LitePoseFamily().Input);
        var planes = new float[picture.Length];
        for (var i = 0; i < picture.Length; i++) { planes[(i % 3 * Side * Side) + (i / 3)] = table.Channel(i % 3)[picture[i]]; }
        return planes;
    }
}
