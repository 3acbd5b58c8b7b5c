using System.Text.Json;
using EdgePose.TestSupport;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Tests.Workshop.Evaluation;

/// <summary>Against figures of pycocotools, xtcocotools and crowdposetools on synthetic people.</summary>
public sealed class KeypointGoldenTests
{
    private const double Tolerance = 1e-6;

    [Theory]
    [InlineData("coco_pycocotools_stats10")]
    [InlineData("coco_xtcocotools_stats10")]
    public void Coco_SyntheticPeople_EqualsTheReference(string name)
    {
        var images = Images("coco_syn");
        var s = KeypointScores.Of(images);
        AssertEqual(name, [s.Ap, s.Ap50, s.Ap75, s.ApMedium, s.ApLarge, s.Ar, s.Ar50, s.Ar75, s.ArMedium, s.ArLarge]);
    }

    [Fact]
    public void Coco_PrecisionCurveAndSimilarities_EqualTheReference()
    {
        var images = Images("coco_syn");
        AssertEqual("coco_precision_iou50_all", PrecisionRecall.Of(images, AreaRange.All).Precision[0]);
        var image = images.Single(i => i.Image.Id == 4);
        using var expected = Expected();
        var rows = expected.RootElement.GetProperty("coco_oks_image4");
        Assert.Equal(rows.GetArrayLength(), image.Found.Count);
        for (var d = 0; d < image.Found.Count; d++)
        {
            for (var g = 0; g < image.People.Count; g++) { Assert.Equal(rows[d][g].GetDouble(), image.Similarity(d, g), Tolerance); }
        }
    }

    [Fact]
    public void CrowdPose_SyntheticPeople_EqualsTheReference()
    {
        var images = Images("crowd_syn");
        var (s, c) = (KeypointScores.Of(images), CrowdScores.Of(images));
        AssertEqual("crowd_xtcocotools_stats9", [s.Ap, s.Ap50, s.Ap75, s.Ar, s.Ar50, s.Ar75, c.Easy, c.Medium, c.Hard]);
        AssertEqual("crowd_crowdposetools_stats", [s.Ap, s.Ap50, s.Ap75, 0, 0, s.Ar, s.Ar50, s.Ar75, c.Easy, c.Medium, c.Hard]);
    }

    [Fact]
    public void Bootstrap_EachPictureOnce_IsTheAp()
    {
        var images = Images("coco_syn");
        var once = Enumerable.Repeat(1, images.Count).ToArray();
        Assert.Equal(KeypointScores.Of(images).Ap, new Bootstrap(images).Ap(once)!.Value, 1e-12);
    }

    private static IReadOnlyList<EvalImage> Images(string name)
    {
        var dataset = DatasetReader.Read(Repo.Shared($"goldens/{name}_gt.json"));
        return EvalImage.Prepare(dataset, ResultsFile.Read(Repo.Shared($"goldens/{name}_dt.json"), dataset), KeypointTask.Plain(dataset));
    }

    private static JsonDocument Expected() => JsonDocument.Parse(File.ReadAllBytes(Repo.Shared("goldens/eval_expected.json")));

    private static void AssertEqual(string name, double[] actual)
    {
        using var expected = Expected();
        var values = expected.RootElement.GetProperty(name).EnumerateArray().Select(v => v.GetDouble()).ToArray();
        Assert.Equal(values.Length, actual.Length);
        for (var i = 0; i < values.Length; i++) { Assert.True(Math.Abs(values[i] - actual[i]) <= Tolerance, $"{name}[{i}]: {actual[i]:f8}, expected {values[i]:f8}"); }
    }
}
