using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgePose.Peers;
using EdgePose.SystemTests.Daemon;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Quantization;

/// <summary>The verb as a user starts it, on real networks; few pictures, so that each run stays below a minute on two cores.</summary>
public sealed class QuantizeCommandTests : IDisposable
{
    private static readonly string Clip = Path.Combine(Repo.Root, "artifacts", "assets", "media", "vtest.avi");
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-quantize-").FullName;

    private string Out => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task MoveNetOnAClip_IsWrittenWithItsCard_WhichTheDaemonObeys()
    {
        var models = DaemonFixture.NeedModels();
        NeedClip();
        var run = await RunAsync("movenet-lightning", "--calibrate", Clip, "--target", "cpu", "--count", "8", "--plan", "none", "--min-agreement", "0", "--min-inputs", "2",
            "--min-people", "1", "--out", OutFile("movenet-int8"), "--json");
        Assert.True(run.ExitCode == 0, run.ToString());
        using var report = JsonDocument.Parse(run.Output);
        var root = report.RootElement;
        Assert.Equal(("edgepose.quantize/1", true, "oks"), (Text(root, "schema"), root.GetProperty("accepted").GetBoolean(), Text(root.GetProperty("evaluation"), "measure")));
        Assert.Contains("less than the 50 inputs and 50 people that are evidence by default", Text(root, "verdict"), StringComparison.Ordinal);
        Assert.Equal((8, 2), (root.GetProperty("calibration").GetProperty("pictures").GetInt32(), root.GetProperty("evaluation").GetProperty("pictures").GetInt32()));
        Assert.True(root.GetProperty("bytes_quantized").GetInt64() < 0.5 * root.GetProperty("bytes_float").GetInt64(), run.ToString());
        Assert.All(root.GetProperty("speed").GetProperty("figures").EnumerateArray(), f => Assert.True(f.GetProperty("ratio").GetDouble() > 0));
        Assert.Contains("100 %  calibrating", run.Errors, StringComparison.Ordinal);
        Assert.Equal(["movenet-int8.onnx", "movenet-int8.yaml"], Directory.GetFiles(Out).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(0, (await EdgePoseProcess.RunAsync("models", "verify", "movenet-int8", "--models", Out)).ExitCode);
        // Two frames say little about this clip, and harmless changes do as much as this quantization; so the card is made a worse one.
        var card = OutFile("movenet-int8")[..^".onnx".Length] + ".yaml";
        await File.WriteAllTextAsync(card, Regex.Replace(await File.ReadAllTextAsync(card), @"(?m)^(\s+agreement(_low)?:).*$", "$1 0.9"));
        using var site = new Site();
        var strict = await CheckAsync(site, "min_agreement: 1");
        Assert.True(strict.ExitCode == 4, strict.ToString());
        Assert.Contains("model movenet-int8: its card says that quantization left an agreement of", strict.Output, StringComparison.Ordinal);
        Assert.Contains("use the float model movenet-lightning", strict.Output, StringComparison.Ordinal);
        var daemon = await site.RunVerbAsync("run", "--config", site.ConfigPath);
        Assert.True(daemon.ExitCode == 4, daemon.ToString());
        Assert.Contains("inference.min_agreement", daemon.Errors, StringComparison.Ordinal);
        var told = await CheckAsync(site, "min_agreement: 0");
        Assert.True(told.ExitCode == 0, told.ToString());
        Assert.Contains("quantized for cpu, agrees to", told.Output, StringComparison.Ordinal);
        // The card belongs to this very file.
        await File.WriteAllBytesAsync(OutFile("movenet-int8"), await File.ReadAllBytesAsync(Path.Combine(models, "movenet-lightning.onnx")));
        var exchanged = await CheckAsync(site, "min_agreement: 0");
        Assert.True(exchanged.ExitCode == 4, exchanged.ToString());
        Assert.Contains("has SHA-256", exchanged.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelOverTheLimit_LeavesNothingAndNamesTheWorstGroupsWithSeven()
    {
        DaemonFixture.NeedModels();
        NeedClip();
        var run = await RunAsync("movenet-lightning", "--calibrate", Clip, "--target", "cpu", "--count", "8", "--plan", "none", "--method", "percentile", "--percentile", "60",
            "--min-agreement", "1", "--min-inputs", "2", "--min-people", "1", "--out", OutFile("bad"), "-q");
        Assert.True(run.ExitCode == 7, run.ToString());
        Assert.Matches(@"model bad (refused|not shown to be within the limits): agreement 0\.\d+", run.Errors);
        Assert.Matches(@"the worst groups are \S+ \([^)]*\), \S+ \([^)]*\), \S+ \([^)]*\)", run.Errors);
        Assert.Matches("(?m)^(refused|not shown): ", run.Output);
        Assert.False(Directory.Exists(Out) && Directory.EnumerateFileSystemEntries(Out).Any());
    }

    [Fact]
    public async Task CalibrationOnNoise_IsRefusedByNameWithSeven()
    {
        DaemonFixture.NeedModels();
        var noise = Noise();
        var topDown = await RunAsync("movenet-lightning", "--calibrate", noise, "--target", "cpu", "--out", OutFile("noisy"), "-q");
        Assert.True(topDown.ExitCode == 7, topDown.ToString());
        Assert.Contains("model movenet-lightning refused: the calibration is worthless: centernet-person finds people in 0 of 12 pictures of noise", topDown.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public async Task CalibrationOnNoiseOfABottomUpModel_IsRefusedByNameWithSeven()
    {
        var run = await RunAsync("litepose-m", "--models", Repo.Shared("models"), "--calibrate", Noise(), "--target", "cpu", "--out", OutFile("noisy"), "-q");
        Assert.True(run.ExitCode == 7, run.ToString());
        Assert.Contains("the calibration is worthless: litepose-m finds people in 0 of 12 pictures", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FewPictures_AreNoEvidence_WithSevenBeforeTheWork()
    {
        DaemonFixture.NeedModels();
        var pictures = Directory.CreateDirectory(Path.Combine(_folder, "few")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(Repo.Shared("media/coco"), "train2017")).Order(StringComparer.Ordinal).Take(8))
        {
            File.Copy(file, Path.Combine(pictures, Path.GetFileName(file)));
        }
        var run = await RunAsync("movenet-lightning", "--calibrate", pictures, "--target", "cpu", "--out", OutFile("hopeful"), "-q");
        Assert.True(run.ExitCode == 7, run.ToString());
        Assert.Matches(@"model movenet-lightning: not shown to be as good as its float model: \d+ inputs with \d+ people are held out to compare on, 50 inputs and 50 people are needed", run.Errors);
        Assert.False(Directory.Exists(Out));
    }

    /// <summary>The first command of the README about quantization, with nothing but defaults.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task LitePoseOnPicturesWithoutGroundTruth_IsAcceptedFullyQuantized()
    {
        var run = await RunAsync("litepose-m", "--models", Repo.Shared("models"), "--calibrate", Path.Combine(Repo.Shared("media/coco"), "train2017"), "--target", "cpu",
            "--out", OutFile("litepose-m-int8"), "--json", "-q");
        Assert.True(run.ExitCode == 0, run.ToString());
        using var report = JsonDocument.Parse(run.Output);
        var evaluation = report.RootElement.GetProperty("evaluation");
        Assert.Equal(("accepted", 0), (Text(report.RootElement, "outcome"), report.RootElement.GetProperty("float_groups").GetArrayLength()));
        Assert.Equal((50, true), (evaluation.GetProperty("inputs").GetInt32(), evaluation.GetProperty("people").GetInt32() >= 50));
        Assert.True(evaluation.GetProperty("agreement_low").GetDouble() >= 0.97, run.Output);
    }

    [Fact]
    public async Task PictureInBothSets_IsRefusedWithTwoWhateverItIsCalled()
    {
        var (coco, models) = (Repo.Shared("media/coco"), Repo.Shared("models"));
        var pictures = Directory.CreateDirectory(Path.Combine(_folder, "pictures")).FullName;
        var all = Directory.GetFiles(Path.Combine(coco, "train2017")).Order(StringComparer.Ordinal).ToArray();
        File.Copy(all[0], Path.Combine(pictures, "renamed.jpg"));
        var run = await RunAsync("pp-tinypose-256x192", "--models", models, "--detector", "rtmdet-nano-person", "--calibrate", pictures, "--target", "cpu",
            "--eval", Path.Combine(coco, "annotations", "person_keypoints.json"), "--images", Path.Combine(coco, "train2017"), "--boxes", "gt", "--subset", "6", "--out", OutFile("tiny-int8"), "-q");
        Assert.True(run.ExitCode == 2, run.ToString());
        Assert.Contains("calibration and evaluation share 1 of 6 pictures: renamed.jpg = ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task TinyPoseWithGroundTruth_MeasuresApAndKeepsWithinTheLimitByItsPlan()
    {
        var (media, models) = (Repo.Shared("media"), Repo.Shared("models"));
        var run = await RunAsync("pp-tinypose-256x192", "--models", models, "--detector", "rtmdet-nano-person", "--calibrate", Path.Combine(media, "clips", "street.avi"),
            "--target", "cpu", "--count", "12", "--eval", Path.Combine(media, "coco", "annotations", "person_keypoints.json"), "--images", Path.Combine(media, "coco", "train2017"),
            "--boxes", "gt", "--subset", "16", "--max-ap-loss", "3", "--min-agreement", "0.9", "--min-inputs", "10", "--min-people", "10", "--out", OutFile("tiny-int8"), "--json", "-q");
        Assert.True(run.ExitCode == 0, run.ToString());
        using var report = JsonDocument.Parse(run.Output);
        var evaluation = report.RootElement.GetProperty("evaluation");
        Assert.Equal(("ap", "gt", 16), (Text(evaluation, "measure"), Text(evaluation, "boxes"), evaluation.GetProperty("pictures").GetInt32()));
        Assert.InRange(evaluation.GetProperty("ap_float").GetDouble(), 0.2, 0.95);
        Assert.InRange(evaluation.GetProperty("ap_loss").GetDouble(), -5, 3);
        Assert.NotEmpty(report.RootElement.GetProperty("sensitivity").EnumerateArray());
        // eval on the quantized model gives the AP that the card states.
        var eval = await RunVerbAsync("eval", "--dataset", Path.Combine(media, "coco", "annotations", "person_keypoints.json"), "--images", Path.Combine(media, "coco", "train2017"),
            "--model", "tiny-int8", "--models", Out, "--boxes", "gt", "--subset", "16", "--json", "-q");
        Assert.True(eval.ExitCode == 0, eval.ToString());
        using var measured = JsonDocument.Parse(eval.Output);
        Assert.Equal(evaluation.GetProperty("ap_quantized").GetDouble(), measured.RootElement.GetProperty("ap").GetDouble(), 1e-9);
    }

    [Theory]
    [InlineData("--eval needs --images", "--eval", "a.json")]
    [InlineData("--boxes gt needs --eval", "--boxes", "gt")]
    [InlineData("expected WIDTHxHEIGHT", "--size", "832")]
    [InlineData("--count 0: 1 to 100000 is possible", "--count", "0")]
    [InlineData("--max-ap-loss -1: 0 to 100 is possible", "--max-ap-loss", "-1")]
    [InlineData("--plan nowhere.txt cannot be read", "--plan", "nowhere.txt")]
    public async Task WrongUsage_ExitsWithTwo(string expected, params string[] more)
    {
        var run = await RunAsync(["movenet-lightning", "--calibrate", ".", "--target", "cpu", "--out", OutFile("x"), .. more]);
        Assert.True(run.ExitCode == 2, run.ToString());
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    private string OutFile(string name) => Path.Combine(Out, name + ".onnx");

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!;

    private static void NeedClip() => Need.FromSetup(File.Exists(Clip), "needs the demo clip artifacts/assets/media/vtest.avi: ./build.sh setup");

    /// <summary>A folder called noise with twelve pictures of it.</summary>
    private string Noise()
    {
        var (folder, random) = (Directory.CreateDirectory(Path.Combine(_folder, "noise")).FullName, new Random(7));
        for (var i = 0; i < 12; i++)
        {
            var pixels = new byte[320 * 240 * 3];
            random.NextBytes(pixels);
            File.WriteAllBytes(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{i}.ppm")), [.. "P6\n320 240\n255\n"u8, .. pixels]);
        }
        return folder;
    }

    private Task<VerbResult> CheckAsync(Site site, string inference)
    {
        site.Configure(1883, "cam: { url: rtsp://127.0.0.1/1, pose: { model: movenet-int8 } }", more: $"models: {{ folders: [{Out}] }}\ninference: {{ {inference} }}\n");
        return site.RunVerbAsync("check", "--offline", "--config", site.ConfigPath);
    }

    private static Task<VerbResult> RunAsync(params string[] arguments) => RunVerbAsync(["quantize", .. arguments]);

    private static async Task<VerbResult> RunVerbAsync(params string[] arguments)
    {
        await using var process = EdgePoseProcess.Start(arguments);
        var code = await process.WaitForExitAsync(TimeSpan.FromMinutes(4));
        return new VerbResult(code, string.Join('\n', process.Output), string.Join('\n', process.Log));
    }
}
