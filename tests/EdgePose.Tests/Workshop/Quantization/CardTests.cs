using System.Text;
using EdgePose.Domain;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Settings;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Service;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.TestSupport;
using EdgePose.Tests.Service.Configuration;
using EdgePose.Workshop.Quantization;

namespace EdgePose.Tests.Workshop.Quantization;

public sealed class CardTests
{
    private static readonly string Hash = new('a', 64);

    internal static QuantizeReport Report(double? apLoss = 0.4, double agreement = 0.985, double ratio = 1.9, bool isTarget = true) => new()
    {
        Name = "mine-int8", Source = "mine", SourceSha256 = Hash, Accepted = true, Outcome = "accepted", Sha256 = new string('b', 64), Target = isTarget ? "cpu" : "tensorrt", Method = "minmax",
        Activations = "u8", Excluded = ["head*"], FloatGroups = ["stage.2.3", "it's: odd"], Groups = [new NodeGroup("stem", ["conv1"], "first convolution")],
        Sensitivity = [new("stage.2.3", 12.345678, 3.25, 0.9), new("it's: odd", null, 1, 0.95), new("stage.1", 30, null, 1), new("stage.4", 31, 0.1, 1)],
        Calibration = new CalibrationFigures(Hash, ["clip.mp4"], 100, 120),
        Evaluation = new EvaluationFigures
        {
            Measure = apLoss is null ? "oks" : "ap", Sha256 = Hash, Pictures = 80, Inputs = 80, People = 86, ApFloat = apLoss is null ? null : 0.5, ApQuantized = apLoss is null ? null : 0.5 - apLoss / 100,
            ApLoss = apLoss, ApLossLow = apLoss - 0.5, ApLossHigh = apLoss + 0.5, ApAgainstFloat = 0.9, Agreement = agreement, AgreementLow = agreement - 0.01, AgreementHigh = agreement + 0.01,
            Likeness = new LikenessFigures("quantized", 0.96, 0.05, 0.04, 86, 5, 4), Harmless = [new("one grey level of noise", 0.975, 0.04, 0.02, 86, 4, 2), new("one pixel of shift", 0.98, 0.03, 0.05, 86, 3, 5)], MeanShiftPx = 0.31, MedianShiftPx = 0.1, SqnrDb = 23.4,
        },
        Limits = QuantizationLimits.Default, BytesFloat = 14_053_852, BytesQuantized = 3_700_000,
        Speed = new SpeedReport("cpu", isTarget, ["x64", "avx512_vnni"], [new(1, 60, 60 / ratio, ratio, 40), new(2, 33, 33 / ratio, ratio - 0.05, 40)]) { Runtime = "1.30.0", Input = [1, 3, 448, 576] },
        Residual = new ResidualReport(3, 4, 2, new Dictionary<string, int> { ["QLinearConv"] = 90 }, new Dictionary<string, int> { ["ConvTranspose"] = 6 }),
        Notes = ["a note"], Verdict = "accepted: it's fine", Tool = "edgepose 0.1.0, onnxruntime 1.30.0", Date = "2026-11-22",
    };

    private static ModelDescriptor Read(string text, string name = "mine-int8")
    {
        var problems = new ProblemList();
        var model = DescriptorReader.Read(Encoding.UTF8.GetBytes(text), $"/m/{name}.yaml", problems);
        Assert.Equal("", string.Join('\n', problems.ToSorted([])));
        return model!;
    }

    [Fact]
    public void Write_EveryBuiltInModel_ReadsBackAsTheSameModel()
    {
        foreach (var source in ModelCatalog.Load([Path.Combine(Repo.Root, "models")], []).Models)
        {
            var odd = source with
            {
                Input = source.Input with { Width = 320, Height = 256, Colour = ColourOrder.Bgr, PadValue = 7 },
                Decode = source.Decode with { Padding = 1.3f, Refine = HeatmapRefine.UdpDark, JointThreshold = 0.123f },
            };
            foreach (var model in (ModelDescriptor[])[source, odd])
            {
                var text = CardText.Write(model, "mine-int8.onnx", Report());
                var back = Read(text);
                Assert.Equal((model.Kind, "mine-int8.onnx", new string('b', 64), model.Skeleton, model.Licence, model.Note, model.Decode), (back.Kind, back.File, back.Sha256, back.Skeleton, back.Licence, back.Note, back.Decode));
                Assert.Equal(model.Outputs, back.Outputs);
                Assert.Equal(model.Input with { Mean = [], Std = [] }, back.Input with { Mean = [], Std = [] });
                Assert.Equal((model.Input.Mean, model.Input.Std), (back.Input.Mean, back.Input.Std), (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2));
                // Writing it again changes nothing.
                Assert.Equal(text, CardText.Write(back with { Licence = model.Licence }, "mine-int8.onnx", Report()));
            }
        }
    }

    [Fact]
    public void Write_Card_ReadsBackWithItsFigures()
    {
        var source = ModelCatalog.Load([Path.Combine(Repo.Root, "models")], []).Get("litepose-m");
        var card = Read(CardText.Write(source, "mine-int8.onnx", Report())).Quantization!;
        Assert.Equal(("cpu", "mine", Hash, 0.4f, 0.985f, 1.85f), (card.Target, card.Source, card.SourceSha256, card.ApLoss, card.Agreement, card.Speed));
        Assert.Equal(["stage.2.3", "it's: odd"], card.FloatGroups);
        var foreign = Read(CardText.Write(source, "mine-int8.onnx", Report(null, isTarget: false))).Quantization!;
        Assert.Equal(((float?)null, (float?)null, "tensorrt"), (foreign.ApLoss, foreign.Speed, foreign.Target));
    }

    [Theory]
    [InlineData("{ target: cpu, source: mine }", "source_sha256 is missing")]
    [InlineData("{ target: cpu, source: mine, source_sha256: HASH, evaluation: { measure: ap } }", "ap_loss or agreement is missing")]
    [InlineData("{ target: gpu, source: mine, source_sha256: HASH, evaluation: { ap_loss: 1 } }", "one of cpu, tensorrt, qnn")]
    [InlineData("{ target: cpu, source: mine, source_sha256: abc, evaluation: { ap_loss: 1 } }", "64 hexadecimal digits")]
    [InlineData("{ target: cpu, source: mine, source_sha256: HASH, evaluation: { ap_loss: 1, ap_los: 2 } }", "unknown key")]
    public void Read_CardThatIsNotOne_IsAnError(string card, string expected)
    {
        var problems = new ProblemList();
        var text = $"name: mine\nkind: heatmap\nfile: mine.onnx\nsha256: {Hash}\nskeleton: coco17\nlicence: MIT\nsource: here\nquantization: {card.Replace("HASH", Hash, StringComparison.Ordinal)}\n";
        Assert.Null(DescriptorReader.Read(Encoding.UTF8.GetBytes(text), "/m/mine.yaml", problems));
        Assert.Contains(expected, string.Join('\n', problems.ToSorted([])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3.2, 0.99, "cost 3.2 points of AP, more than the 1 of inference.max_ap_loss")]
    [InlineData(null, 0.9, "left an agreement of 0.9 with the float model, less than the 0.97 of inference.min_agreement")]
    [InlineData(0.9, 0.5, null)]
    [InlineData(-2.0, 0.5, null)]
    [InlineData(null, 0.98, null)]
    public void Open_CardOverTheLimits_IsRefusedByTheDaemonWithTheNextStep(double? loss, double agreement, string? expected)
    {
        using var folder = new TempFolder();
        var source = ModelCatalog.Load([Path.Combine(Repo.Root, "models")], []).Get("litepose-m");
        folder.Write("mine-int8.yaml", CardText.Write(source, "mine-int8.onnx", Report(loss, agreement)));
        using var store = ModelStore.Load([folder.Path], TestModels.Cpu, QuantizationLimits.Default);
        var error = Assert.Throws<UserError>(() => store.Open(store.Catalog.Get("mine-int8")));
        Assert.Equal(ExitCode.Model, error.Code);
        if (expected is null)
        {
            // Within the limits the file is looked for, which this test does not have.
            Assert.Contains("is not installed", error.Message, StringComparison.Ordinal);
            return;
        }
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("edgepose quantize mine", error.Hint, StringComparison.Ordinal);
        // Told otherwise, and where a model is only measured, it passes.
        using var tolerant = ModelStore.Load([folder.Path], TestModels.Cpu, new QuantizationLimits(5, 0.5f));
        using var measuring = ModelStore.Load([folder.Path], TestModels.Cpu);
        foreach (var other in (ModelStore[])[tolerant, measuring])
        {
            Assert.Contains("is not installed", Assert.Throws<UserError>(() => other.Open(other.Catalog.Get("mine-int8"))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Load_Limits_ComeFromTheConfiguration()
    {
        const string rest = "mqtt: { url: mqtt://localhost }\nstreams:\n  front: rtsp://camera.lan/stream2\n";
        Assert.Equal(QuantizationLimits.Default, Loading.Good(rest).Quantization);
        Assert.Equal(new QuantizationLimits(2.5f, 0.9f), Loading.Good("inference: { max_ap_loss: 2.5, min_agreement: 0.9 }\n" + rest).Quantization);
    }

    [Fact]
    public void Refusal_OverTheLimit_NamesModelCalibrationAndThreeWorstGroupsWithSeven()
    {
        var error = QuantizeVerdict.Refusal(Report(7.3) with { Accepted = false, Outcome = "refused" });
        Assert.Equal(ExitCode.Threshold, error.Code);
        Assert.Contains("model mine-int8 refused: AP 0.5000 -> 0.4270, a loss of 7.30 points (6.80 .. 7.80 with 95 % confidence) (limit 1)", error.Message, StringComparison.Ordinal);
        Assert.Contains("calibration on 100 pictures of clip.mp4", error.Message, StringComparison.Ordinal);
        Assert.Contains("the worst groups are stage.2.3 (12.3 dB, 3.25 px), it's: odd (outputs not comparable, 1.00 px), stage.1 (30.0 dB)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("stage.4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusal_NotShown_SaysSoAndAsksForMorePictures()
    {
        var error = QuantizeVerdict.Refusal(Report(null) with { Accepted = false, Outcome = "not_shown" });
        Assert.Contains("model mine-int8 not shown to be within the limits: agreement 0.985 (0.975 .. 0.995", error.Message, StringComparison.Ordinal);
        Assert.Contains("compare on more pictures", error.Hint, StringComparison.Ordinal);
        Assert.StartsWith("not shown: ", QuantizeVerdict.Text(Report(null) with { Accepted = false, Outcome = "not_shown" }), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_LoweredEvidence_IsSaid()
    {
        var text = QuantizeVerdict.Text(Report(null) with { Evidence = new Evidence(2, 1) });
        Assert.Contains("less than the 50 inputs and 50 people that are evidence by default", text, StringComparison.Ordinal);
        Assert.DoesNotContain("less than the", QuantizeVerdict.Text(Report(null)), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Card_CarriesSampleIntervalAndWhatHarmlessChangesDo()
    {
        var source = ModelCatalog.Load([Path.Combine(Repo.Root, "models")], []).Get("litepose-m");
        var text = CardText.Write(source, "mine-int8.onnx", Report());
        foreach (var line in (string[])
            ["    pictures: 80", "    inputs: 80", "    people: 86", "    ap_loss_low: -0.1", "    ap_loss_high: 0.9", "    agreement_low: 0.975", "    agreement_high: 0.995",
             "    likeness: { similarity: 0.96, missed: 0.05, extra: 0.04 }", "    harmless: { similarity: 0.975, missed: 0.04, extra: 0.05 }", "    runtime: 1.30.0",
             "    input: ['1x3x448x576']"])
        {
            Assert.Contains($"\n{line}\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Exchange_OtherRuntime_ChangesTheSpeedAndNothingElse()
    {
        var source = ModelCatalog.Load([Path.Combine(Repo.Root, "models")], []).Get("litepose-m");
        var (before, speed) = (Report(), new SpeedReport("cpu", true, ["x64"], [new(1, 60, 50, 1.2, 40), new(4, 30, 20, 1.5, 40)]) { Runtime = "1.31.1", Input = [1, 3, 448, 576] });
        var text = SpeedAgain.Exchange(CardText.Write(source, "mine-int8.onnx", before), speed, "/m/mine-int8.yaml");
        Assert.Equal(CardText.Write(source, "mine-int8.onnx", before with { Speed = speed with { Processor = before.Speed.Processor } }), text);
        var card = Read(text).Quantization!;
        Assert.Equal((1.5f, "1.31.1", "1x3x448x576", 80, 86), (card.Speed, card.SpeedRuntime, card.SpeedInput, card.Pictures, card.People));
        Assert.Equal(ExitCode.Model, Assert.Throws<UserError>(() => SpeedAgain.Exchange("name: x\n", speed, "/m/x.yaml")).Code);
    }

    [Fact]
    public void Describe_SpeedOfAnotherRuntime_IsSaidToBeThat()
    {
        EdgePose.Networks.Runtime.OrtRuntime.Initialize("");
        var source = ModelCatalog.Load([Path.Combine(Repo.Root, "models")], []).Get("litepose-m");
        string Describe(string runtime) => CardRule.Describe(Read(CardText.Write(source, "mine-int8.onnx", Report() with { Speed = Report().Speed with { Runtime = runtime } })).Quantization!);
        Assert.Equal("quantized for cpu, lost 0.4 points of AP on 80 pictures with 86 people, 1.85x as fast with onnxruntime 1.20.0", Describe("1.20.0"));
        Assert.EndsWith(", 1.85x as fast", Describe(OrtRuntime.Version), StringComparison.Ordinal);
    }

    [Fact]
    public void NobodyThere_NoisePictures_IsRefusedByNameWithSeven()
    {
        var error = QuantizeVerdict.NobodyThere("mine", ["noise"], 0, 24, "centernet-person");
        Assert.Equal(ExitCode.Threshold, error.Code);
        Assert.Contains("model mine refused: the calibration is worthless: centernet-person finds people in 0 of 24 pictures of noise", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_Speed_SaysWhatItIsWorth()
    {
        Assert.Contains("speed 1.90x with 1 thread, 1.85x with 2 threads", QuantizeVerdict.Text(Report()), StringComparison.Ordinal);
        Assert.Contains("slower than float on this machine: keep float (0.78x", QuantizeVerdict.Text(Report(ratio: 0.78)), StringComparison.Ordinal);
        Assert.Contains("speed on tensorrt not known", QuantizeVerdict.Text(Report(isTarget: false)), StringComparison.Ordinal);
        Assert.False(QuantizeVerdict.IsFaster(Report(ratio: 1.02).Speed));
        Assert.Contains("agreement 0.985 (0.975 .. 0.995 with 95 % confidence) with the float model (limit 0.97) on 80 pictures with 86 people;", QuantizeVerdict.Text(Report(null)), StringComparison.Ordinal);
    }

    [Fact]
    public void CheckTarget_NameThatIsTaken_IsRefusedBeforeTheWork()
    {
        using var folder = new TempFolder();
        folder.Write("taken.yaml", "");
        QuantizeRequest Request(string file, string model = "m", bool force = false) =>
            new() { Model = model, Calibrate = [], Settings = new QuantizationSettings(), Out = Path.Combine(folder.Path, file), Force = force };
        Assert.Contains("taken.yaml exists", Assert.Throws<UserError>(() => QuantizedFiles.CheckTarget(Request("taken.onnx"))).Message, StringComparison.Ordinal);
        QuantizedFiles.CheckTarget(Request("taken.onnx", force: true));
        QuantizedFiles.CheckTarget(Request("free.onnx"));
        Assert.Contains("needs a name of its own", Assert.Throws<UserError>(() => QuantizedFiles.CheckTarget(Request("m.onnx"))).Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, Assert.Throws<UserError>(() => QuantizedFiles.CheckTarget(Request("m.bin"))).Code);
    }

    [Fact]
    public void WriteFiles_AcceptedModel_LeavesModelAndCardThatBelongTogether()
    {
        using var folder = new TempFolder();
        byte[] model = [1, 2, 3];
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(model));
        var source = ModelCatalog.Load([Path.Combine(Repo.Root, "models")], []).Get("litepose-m");
        var report = Report() with { Sha256 = hash };
        var request = new QuantizeRequest { Model = "mine", Calibrate = [], Settings = new QuantizationSettings(), Out = Path.Combine(folder.Path, "mine-int8.onnx") };
        QuantizedFiles.Write(request, new QuantizeResult(report, model, CardText.Write(source, "mine-int8.onnx", report)));
        Assert.Equal(["mine-int8.onnx", "mine-int8.yaml"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
        var installed = ModelCatalog.Load([folder.Path], [folder.Path]).Get("mine-int8");
        Assert.Equal(model, ModelFile.ReadVerified(installed));
        File.WriteAllBytes(request.Out, [1, 2, 4]);
        Assert.Equal(ExitCode.Model, Assert.Throws<UserError>(() => ModelFile.ReadVerified(installed)).Code);
    }

    [Fact]
    public void ReadPlan_TextOrCard_GivesTheGroups()
    {
        using var folder = new TempFolder();
        Assert.Equal(["stem", "head 2"], PlanFile.Read(folder.Write("plan.txt", "# groups\nstem\n\n  head 2  # last\nstem\n")));
        var source = ModelCatalog.Load([Path.Combine(Repo.Root, "models")], []).Get("litepose-m");
        Assert.Equal(["stage.2.3", "it's: odd"], PlanFile.Read(folder.Write("mine-int8.yaml", CardText.Write(source, "mine-int8.onnx", Report()))));
        Assert.Equal(ExitCode.Usage, Assert.Throws<UserError>(() => PlanFile.Read(folder.Write("other.yaml", "name: other\n"))).Code);
        Assert.Equal(ExitCode.Usage, Assert.Throws<UserError>(() => PlanFile.Read(Path.Combine(folder.Path, "none.txt"))).Code);
    }

    [Fact]
    public void ParseFeatures_CpuInfo_KeepsWhatDecides()
    {
        Assert.Equal(["avx2", "avx512_vnni"], ProcessorFeatures.Parse("vendor_id\t: x\nflags\t\t: fpu avx2 avx512_vnni ht\nflags\t\t: other\n").Skip(1));
        Assert.Equal(["asimd", "asimddp"], ProcessorFeatures.Parse("Features\t: fp asimd asimddp\n").Skip(1));
        Assert.Single(ProcessorFeatures.Parse(""));
    }
}

internal static class TestModels
{
    public static readonly EdgePose.Networks.Runtime.InferenceSettings Cpu = new() { Providers = ["cpu"], Threads = 1 };
}
