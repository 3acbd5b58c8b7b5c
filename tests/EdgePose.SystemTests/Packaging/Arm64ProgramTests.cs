using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using EdgePose.Peers;
using EdgePose.SystemTests.Daemon;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Packaging;

/// <summary>
/// The self-contained program for arm64, started under qemu-user. It shows that all its parts are there and work together, and nothing about
/// the speed on a board. The processes that it starts (ffmpeg) are this machine's.
/// </summary>
[Trait("Category", "Long")]
public sealed class Arm64ProgramTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string Long = Path.Combine(Repo.Root, "artifacts", "assets", "long", "arm64");

    private readonly Site _site = new();

    public void Dispose() => _site.Dispose();

    [Fact]
    public void Folder_HoldsNoLibraryOfAnotherSystem()
    {
        var program = Path.Combine(Long, "program");
        var libraries = Directory.GetFiles(program, "*.so");
        Assert.Contains(Path.Combine(program, "libonnxruntime.so"), libraries);
        // Bytes 18 and 19 of an ELF file name the processor; 183 is AArch64.
        Assert.All([.. libraries, Path.Combine(program, "edgepose")], file => Assert.Equal(183, BitConverter.ToUInt16(File.ReadAllBytes(file), 18)));
        Assert.False(Directory.Exists(Path.Combine(program, "runtimes")));
        Assert.DoesNotContain(Directory.GetFiles(program, "*.dll"), file => Path.GetFileName(file).StartsWith("onnxruntime", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_UnderQemu_NamesTheProcessorAndTheLibrary()
    {
        var result = await EmulatedAsync("version", "--json");
        Assert.True(result.ExitCode == 0, result.ToString());
        using var versions = JsonDocument.Parse(result.Output);
        Assert.Equal("Arm64", versions.RootElement.GetProperty("architecture").GetString(), ignoreCase: true);
        Assert.StartsWith("1.", versions.RootElement.GetProperty("onnxruntime").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_UnderQemu_LoadsEveryLibraryAndBothModels()
    {
        _site.Configure(1883, "cam: rtsp://127.0.0.1/1", more: $"models: {{ folders: [{DaemonFixture.NeedModels()}] }}\n");
        var result = await EmulatedAsync("check", "--offline", "--config", _site.ConfigPath);
        Assert.Contains($"from {Path.Combine(Long, "program", "libonnxruntime.so")}", result.Output, StringComparison.Ordinal);
        foreach (var model in (string[])["movenet-lightning", "centernet-person"])
        {
            Assert.Contains($"{model}: hash and contract ok, runs on cpu", result.Output, StringComparison.Ordinal);
        }
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [Fact]
    public async Task Inference_UnderQemu_FindsTheKeyPointsThatX64Finds()
    {
        string[] arguments = ["eval", .. await DataSetAsync(), "--model", "movenet-lightning", "--boxes", "gt", "--threads", "1", "-q", "--json"];
        var (here, there) = (Path.Combine(_site.Folder, "x64.json"), Path.Combine(_site.Folder, "arm64.json"));
        var own = await _site.RunVerbAsync([.. arguments, "--detections", here]);
        Assert.True(own.ExitCode == 0, own.ToString());
        var emulated = await EmulatedAsync([.. arguments, "--detections", there]);
        Assert.True(emulated.ExitCode == 0, emulated.ToString());
        var (expected, found) = (KeyPoints(here), KeyPoints(there));
        Assert.Equal(17 * 3, expected.Length);
        Assert.Contains(expected, v => v is > 0.5 and < 1);
        var differences = expected.Zip(found, (a, b) => Math.Abs(a - b)).ToArray();
        var scores = differences.Where((_, i) => i % 3 == 2).Max();
        // Places are in pixels of the picture; the box, and with it the network's range of 0 to 1, is about 240 of them.
        var places = differences.Where((_, i) => i % 3 != 2).Max() / 240;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"largest difference of scores {scores:g3}, of places {places:g3} of the box"));
        Assert.Equal(expected.Length, found.Length);
        Assert.InRange(scores, 0, 1e-3);
        Assert.InRange(places, 0, 1e-3);
    }

    /// <summary>The first picture of the demo clip, and where a person stands in it.</summary>
    private async Task<string[]> DataSetAsync()
    {
        var clip = Path.Combine(Repo.Root, "artifacts", "assets", "media", "vtest.avi");
        await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-i", clip, "-frames:v", "1", Path.Combine(_site.Folder, "one.png")]);
        var points = string.Join(',', Enumerable.Repeat("510,200,2", 17));
        var data = _site.Write("truth.json", $$"""
            {"images":[{"id":1,"file_name":"one.png","width":768,"height":576}],"categories":[{"id":1,"name":"person"}],
             "annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[480,160,90,200],"area":9000,"iscrowd":0,"num_keypoints":17,"keypoints":[{{points}}]}]}
            """);
        return ["--dataset", data, "--images", _site.Folder, "--models", DaemonFixture.NeedModels()];
    }

    private static double[] KeyPoints(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return [.. document.RootElement[0].GetProperty("keypoints").EnumerateArray().Select(v => v.GetDouble())];
    }

    private Task<VerbResult> EmulatedAsync(params string[] arguments)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "arm64 needs no emulation here");
        var program = Path.Combine(Long, "program", "edgepose");
        Assert.True(File.Exists(program), $"{program} is missing: ./build.sh test --long makes it");
        return EdgePoseProcess.RunProgramAsync(
            ["qemu-aarch64-static", "-L", Path.Combine(Long, "sysroot"), program, .. arguments], _site.Environment, TimeSpan.FromMinutes(4));
    }
}
