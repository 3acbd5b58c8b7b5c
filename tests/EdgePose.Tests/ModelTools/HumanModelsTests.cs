using System.Security.Cryptography;
using EdgePose.ModelTools;
using EdgePose.ModelTools.Tfjs;
using EdgePose.TestSupport;

namespace EdgePose.Tests.ModelTools;

/// <summary>The real models of the npm package that set-up installs.</summary>
public sealed class HumanModelsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("human-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Convert_MoveNetLightning_GivesTheDocumentedContractAndSaneKeypoints()
    {
        var result = Convert("movenet-lightning");

        using var run = new OnnxRun(result.Path);
        Assert.Equal([1, 192, 192, 3], run.Inputs["input"].Dimensions);
        Assert.Equal(typeof(int), run.Inputs["input"].ElementType);
        Assert.Equal([1, 1, 17, 3], run.Outputs["Identity"].Dimensions);
        var (shape, keypoints) = run.With("input", [1, 192, 192, 3], Picture(192).Select(v => (int)v).ToArray()).Get<float>("Identity");
        Assert.Equal([1, 1, 17, 3], shape);
        Assert.All(keypoints, v => Assert.InRange(v, -0.25f, 1.25f));
        Assert.Equal(keypoints, run.Get<float>("Identity").Values);
        // TF.js 4.22 on its CPU backend gives these (y, x, score) for the same picture.
        float[] expected =
        [
            0.44489f, 0.50336f, 0.24563f, 0.37250f, 0.56735f, 0.15359f, 0.39492f, 0.43947f, 0.09898f, 0.34981f, 0.66694f, 0.08293f,
            0.36040f, 0.35431f, 0.04474f, 0.46483f, 0.76390f, 0.03148f, 0.48707f, 0.20294f, 0.17660f, 0.57733f, 0.80463f, 0.07126f,
            0.58301f, 0.27193f, 0.08687f, 0.57911f, 0.73240f, 0.06649f, 0.56989f, 0.35021f, 0.06913f, 0.70298f, 0.68759f, 0.10003f,
            0.67824f, 0.40036f, 0.05529f, 0.68481f, 0.68738f, 0.06020f, 0.67040f, 0.43082f, 0.03997f, 0.84125f, 0.65978f, 0.07427f,
            0.80232f, 0.50576f, 0.09790f,
        ];
        for (var i = 0; i < expected.Length; i++) { Assert.Equal(expected[i], keypoints[i], 1e-4f); }
    }

    [Fact]
    public void Convert_CenternetDetectionsOnly_LeavesTheMapsOut()
    {
        var result = Convert("centernet", new TfjsImportOptions { Outputs = ["tower_0/detections"] });

        Assert.Equal("tower_0/detections", Assert.Single(result.Outputs).Name);
        using var run = new OnnxRun(result.Path);
        Assert.Equal([1, 512, 512, 3], run.Inputs["tower_0/images"].Dimensions);
        var (shape, rows) = run.With("tower_0/images", [1, 512, 512, 3], Picture(512)).Get<float>("tower_0/detections");
        Assert.Equal([1, 100, 6], shape);
        // The first two rows of TF.js 4.22: x1, y1, x2, y2, score, class.
        float[] expected = [1.2993f, 120.9012f, 521.6497f, 514.2417f, 0.0686f, 20, 2.7942f, 137.4684f, 516.5668f, 516.6859f, 0.0615f, 47];
        for (var i = 0; i < expected.Length; i++) { Assert.Equal(expected[i], rows[i], 5e-3f); }
        for (var i = 0; i < 100; i++)
        {
            Assert.InRange(rows[(6 * i) + 4], 0, 1);
            Assert.InRange(rows[(6 * i) + 5], 0, 79);
            if (i > 0) { Assert.True(rows[(6 * i) + 4] <= rows[(6 * i) - 2], "the scores fall"); }
        }
    }

    [Fact]
    public void Convert_CenternetPersonOnly_GivesTheSameRowsAsClassZeroOfTheFullDetector()
    {
        var full = Convert("centernet");
        var person = Convert("centernet", new TfjsImportOptions { PersonOnly = true, Outputs = ["tower_0/detections"] });

        using var fullRun = new OnnxRun(full.Path);
        using var personRun = new OnnxRun(person.Path);
        var expected = Rows(fullRun.With("tower_0/images", [1, 512, 512, 3], Picture(512)).Get<float>("tower_0/detections").Values)
            .Where(r => r[5] == 0).ToList();
        var actual = Rows(personRun.With("tower_0/images", [1, 512, 512, 3], Picture(512))
            .Get<float>("tower_0/detections").Values).ToList();
        Assert.NotEmpty(expected);
        Assert.All(actual, r => Assert.Equal(0, r[5]));
        for (var i = 0; i < expected.Count; i++)
        {
            for (var column = 0; column < 6; column++) { Assert.Equal(expected[i][column], actual[i][column], 1e-3f); }
        }
    }

    [Fact]
    public void Convert_PersonOnlyOnAnotherModel_IsRefusedByName()
    {
        var e = Assert.Throws<ModelToolsException>(() => Convert("movenet-lightning", new TfjsImportOptions { PersonOnly = true }));
        Assert.Contains("not a centernet detector", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("antispoof")]
    [InlineData("blazeface")]
    [InlineData("emotion")]
    [InlineData("facemesh")]
    [InlineData("faceres")]
    [InlineData("handlandmark-lite")]
    [InlineData("iris")]
    [InlineData("liveness")]
    public void Convert_OtherModelsOfThePackage_LoadAndGiveFiniteValues(string name)
    {
        var result = Convert(name);

        using var run = new OnnxRun(result.Path);
        var input = Assert.Single(result.Inputs);
        var shape = input.Shape.Select(d => (int)d).ToArray();
        run.With(input.Name, shape, Picture(shape[1], shape[3]).Select(v => v / 255).ToArray());
        foreach (var output in result.Outputs) { Assert.All(run.Get<float>(output.Name).Values, v => Assert.True(float.IsFinite(v))); }
    }

    [Fact]
    public void Convert_ModelWithControlFlow_NamesTheOperatorAndWritesNothing()
    {
        var e = Assert.Throws<ModelToolsException>(() => Convert("handtrack"));
        Assert.Matches("node '.+'.*(cycle|not supported)", e.Message);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Convert_Twice_GivesTheSameFileAndLeavesItUntouched()
    {
        var first = Convert("movenet-lightning");
        var stamp = File.GetLastWriteTimeUtc(first.Path);
        var second = Convert("movenet-lightning");

        Assert.True(first.Written);
        Assert.False(second.Written);
        Assert.Equal(stamp, File.GetLastWriteTimeUtc(first.Path));
        Assert.Equal(first.SourceSha256, second.SourceSha256);
        var sha256 = System.Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(first.Path)));
        Assert.Equal(sha256, first.Sha256);
        Assert.Equal($"{sha256}\n", File.ReadAllText($"{first.Path}.sha256"));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    private TfjsImportResult Convert(string name, TfjsImportOptions? options = null)
    {
        var json = Path.Combine(Repo.Root, "node_modules", "@vladmandic", "human", "models", $"{name}.json");
        Need.FromSetup(File.Exists(json), "needs the npm package @vladmandic/human (npm ci --ignore-scripts)");
        var suffix = options?.PersonOnly == true ? "-person" : "";
        return TfjsImporter.Convert(json, Path.Combine(_folder, $"{name}{suffix}.onnx"), options);
    }

    /// <summary>A smooth picture with values 0…255, in whole numbers so that it is the same everywhere.</summary>
    private static float[] Picture(int size, int channels = 3)
    {
        var picture = new float[size * size * channels];
        for (var i = 0; i < picture.Length; i++)
        {
            var (y, x, c) = (i / channels / size, i / channels % size, i % channels);
            picture[i] = Triangle((3 * x) + (40 * c)) * Triangle((2 * y) + 70) / 255;
        }
        return picture;

        static int Triangle(int t) => Math.Min(255, 2 * Math.Abs((t % 256) - 128));
    }

    private static IEnumerable<float[]> Rows(float[] values) => values.Chunk(6);
}
