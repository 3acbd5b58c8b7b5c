using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using EdgePose.ModelTools.Onnx;
using EdgePose.TestSupport;
using Google.Protobuf;

namespace EdgePose.SystemTests.Models;

/// <summary>The models verbs as a user runs them: exit codes, texts, and what is on the disk afterwards.</summary>
public sealed class ModelsCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("models-").FullName;

    private string Out => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Import_AuthorsCheckpoint_CanBeUsedAtOnce()
    {
        var onnx = Path.Combine(Out, "litepose-mine.onnx");
        var import = await RunAsync("import", Repo.Shared("models/litepose-m-crowdpose.pth"), "--as", "litepose", "--arch", "m", "--out", onnx, "--json");
        Assert.Equal((0, ""), (import.Code, import.Errors));
        Assert.Equal("litepose-m", JsonDocument.Parse(import.Output).RootElement.GetProperty("architecture").GetString());
        var verify = await RunAsync("verify", "litepose-mine", "--models", Out, "--json");
        Assert.Equal(0, verify.Code);
        Assert.Equal("ok", JsonDocument.Parse(verify.Output).RootElement[0].GetProperty("state").GetString());
        var info = JsonDocument.Parse((await RunAsync("info", "litepose-mine", "--models", Out, "--json")).Output).RootElement;
        Assert.Equal(5_263_675_648, info.GetProperty("macs").GetInt64());
        Assert.Equal(3_533_808, info.GetProperty("graph").GetProperty("source_parameters").GetInt64());
        Assert.Equal("LitePose", info.GetProperty("detected").GetString());
        // The same again is no conflict, another file is one.
        Assert.Equal(0, (await RunAsync("import", Repo.Shared("models/litepose-m-crowdpose.pth"), "--as", "litepose", "--out", onnx)).Code);
        var other = await RunAsync("generate", "--arch", "xs", "--out", onnx);
        Assert.Equal((4, true), (other.Code, other.Errors.Contains("exists and is another one", StringComparison.Ordinal)));
        var remove = await RunAsync("remove", "litepose-mine", "--models", Out);
        Assert.Equal(0, remove.Code);
        Assert.Empty(Directory.GetFiles(Out));
        Assert.Equal(4, (await RunAsync("info", "litepose-mine", "--models", Out)).Code);
    }

    [Theory]
    [InlineData("rtmdet-nano-person.onnx", "det-e2e", "")]
    [InlineData("rtmdet-nano-raw-640.onnx", "rtmdet-raw", "")]
    [InlineData("yolox-nano.onnx", "yolox-raw", "")]
    [InlineData("picodet-s-320.onnx", "picodet", "")]
    [InlineData("pp-tinypose-256x192.onnx", "heatmap", "coco17")]
    [InlineData("litepose-m-crowdpose.onnx", "litepose", "crowdpose14")]
    [InlineData("random/dwpose-t-random.onnx", "simcc", "coco_wholebody133")]
    [InlineData("random/hourglass2-mpii-dim32-random.onnx", "hourglass-princeton", "mpii16")]
    public async Task Import_Onnx_FindsTheFamilyAndVerifies(string file, string kind, string skeleton)
    {
        var import = await RunAsync("import", Repo.Shared("models/" + file), "--as", "onnx", "--name", "it-s_mine", "--out", Out, "--json", "--source", "it's: #1");
        Assert.Equal((0, ""), (import.Code, import.Errors));
        var result = JsonDocument.Parse(import.Output).RootElement;
        Assert.Equal((kind, skeleton), (result.GetProperty("kind").GetString(), result.GetProperty("skeleton").GetString()));
        Assert.Equal(0, (await RunAsync("verify", "it-s_mine", "--models", Out)).Code);
        Assert.Equal(["it-s_mine.onnx", "it-s_mine.yaml"], Directory.GetFiles(Out).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--skeleton", "coco17", "it gives 133 joints", "but skeleton coco17 has 17")]
    [InlineData("--kind", "heatmap", "--kind says heatmap", "those of simcc")]
    [InlineData("--kind", "yolox-raw", "--kind says yolox-raw", "simcc_x")]
    public async Task Import_OnnxThatContradicts_NamesBothSides(string option, string value, string first, string second)
    {
        var run = await RunAsync("import", Repo.Shared("models/random/dwpose-t-random.onnx"), "--as", "onnx", "--out", Out, option, value);
        Refused(run, first);
        Assert.Contains(second, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("foreign-global", "'os.system', which is not allowed")]
    [InlineData("truncated-zip", "damaged or truncated")]
    [InlineData("not-a-zip", "not a checkpoint in PyTorch's ZIP form")]
    public async Task Import_MaliciousCheckpoint_IsRefused(string form, string problem)
    {
        var path = Path.Combine(_folder, "m.pth");
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("archive/data.pkl", CompressionLevel.NoCompression).Open();
            entry.Write([0x80, 2, .. "cos\nsystem\nX\u0005\0\0\0touch\u0085R."u8]);
        }
        var bytes = await File.ReadAllBytesAsync(path);
        if (form == "truncated-zip") { await File.WriteAllBytesAsync(path, bytes[..(bytes.Length / 2)]); }
        if (form == "not-a-zip") { await File.WriteAllBytesAsync(path, bytes[1..]); }
        Refused(await RunAsync("import", path, "--as", "litepose", "--out", Path.Combine(Out, "m.onnx")), problem);
    }

    [Theory]
    [InlineData("unknown", "fit no known family")]
    [InlineData("huge-input", "is not of a usable size")]
    [InlineData("huge-constant", "does not run on")]
    [InlineData("huge-tensor", "does not fit the data it holds")]
    [InlineData("external", "is not a file beside the model")]
    [InlineData("nan-weight", "contains NaN")]
    [InlineData("nan-output", "not finite")]
    [InlineData("legacy", "Unrecognized attribute: consumed_inputs")]
    [InlineData("two-inputs", "not a network on one picture")]
    [InlineData("noise", "not an ONNX model")]
    public async Task Import_MaliciousOnnx_IsRefusedInBoundedMemory(string form, string problem)
    {
        var path = Path.Combine(_folder, "bad.onnx");
        await File.WriteAllBytesAsync(path, form == "noise" ? [1, 2, 3, 4] : Spoiled(form).ToByteArray());
        var run = await RunAsync("import", path, "--as", "onnx", "--out", Out);
        Refused(run, problem);
        Assert.InRange(run.PeakBytes, 1, 1L << 30);
    }

    [Fact]
    public async Task Import_OptionOfAnotherForm_IsAUsageError()
    {
        var run = await RunAsync("import", "m.onnx", "--as", "onnx", "--arch", "m");
        Assert.Equal((2, true), (run.Code, run.Errors.Contains("--arch has no meaning with --as onnx", StringComparison.Ordinal)));
        Assert.Equal(2, (await RunAsync("import", "m.pth", "--as", "litepose")).Code);
    }

    private void Refused((int Code, string Output, string Errors, long PeakBytes) run, string problem)
    {
        Assert.Contains(problem, run.Errors, StringComparison.Ordinal);
        Assert.Equal(4, run.Code);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out) && Directory.EnumerateFileSystemEntries(Out).Any(), "something was written");
    }

    private static ModelProto Spoiled(string form)
    {
        var graph = new GraphBuilder("bad");
        var side = form == "huge-input" ? 1_000_000_000 : 64;
        var x = graph.Input("x", ElementType.Float, [1, 3, side, side]);
        if (form == "two-inputs") { x = graph.Node("Add", "sum", [x, graph.Input("z", ElementType.Float, [1, 3, 64, 64])]); }
        var w = graph.Constant("w", TensorData.Floats([1, 3, 1, 1], [1, form == "nan-weight" ? float.NaN : 2, 3]));
        x = graph.Node("Mul", "mul", [x, w]);
        if (form == "huge-constant")
        {
            var constant = graph.Node("ConstantOfShape", "huge", [graph.Int64s("dims", 1_000_000_000, 4)]);
            x = graph.Node("Add", "add", [x, graph.Node("ReduceMax", "max", [constant], NodeAttribute.Int("keepdims", 0))]);
        }
        if (form == "nan-output") { x = graph.Node("Log", "log", [x]); }
        x = form == "legacy" ? graph.Node("Relu", "relu", [x], NodeAttribute.Int("consumed_inputs", 0)) : x;
        graph.Output("y", x, ElementType.Float, null);
        var model = graph.Build("test", "1");
        var weight = model.Graph.Initializer.First(t => t.Name == "w");
        if (form == "huge-tensor") { weight.Dims.Clear(); weight.Dims.Add(1_000_000_000); }
        if (form == "external")
        {
            weight.ClearRawData();
            weight.DataLocation = 1;
            weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../../etc/passwd" });
        }
        return model;
    }

    private async Task<(int Code, string Output, string Errors, long PeakBytes)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XDG_DATA_HOME"] = Path.Combine(_folder, "home");
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "edgepose.dll"), "models", .. arguments]) { start.ArgumentList.Add(argument); }
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var peak = 0L;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!process.HasExited)
        {
            try
            {
                process.Refresh();
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                break;
            }
            await Task.Delay(20, limit.Token);
        }
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await errors, Math.Max(peak, 1));
    }
}
