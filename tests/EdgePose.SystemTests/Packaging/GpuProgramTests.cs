using System.Text.Json;
using EdgePose.Peers;
using EdgePose.SystemTests.Daemon;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Packaging;

/// <summary>The flavour for NVIDIA on a machine without one: it names its providers and runs on the processor.</summary>
[Trait("Category", "Huge")]
public sealed class GpuProgramTests : IDisposable
{
    private static readonly string Program = Path.Combine(Repo.Root, "artifacts", "assets", "long", "gpu", "program", "edgepose");

    private readonly Site _site = new();

    public void Dispose() => _site.Dispose();

    [Fact]
    public async Task Version_GpuFlavour_IsBuiltWithTensorRtAndCuda()
    {
        var result = await RunAsync("version", "--json");
        Assert.True(result.ExitCode == 0, result.ToString());
        using var versions = JsonDocument.Parse(result.Output);
        Assert.Equal(
            ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"],
            versions.RootElement.GetProperty("compiled_providers").EnumerateArray().Select(p => p.GetString()));
    }

    [Fact]
    public async Task Check_GpuFlavourWithoutAGpu_RunsTheModelsOnTheProcessor()
    {
        Assert.SkipUnless(!File.Exists("/dev/nvidiactl"), "this machine has an NVIDIA device");
        _site.Configure(1883, "cam: rtsp://127.0.0.1/1", more: $"models: {{ folders: [{DaemonFixture.NeedModels()}] }}\n");
        var result = await RunAsync("check", "--offline", "--config", _site.ConfigPath);
        Assert.Contains("movenet-lightning: hash and contract ok, runs on cpu", result.Output, StringComparison.Ordinal);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    private Task<VerbResult> RunAsync(params string[] arguments)
    {
        Assert.True(File.Exists(Program), $"{Program} is missing: ./build.sh test --long makes it");
        return EdgePoseProcess.RunProgramAsync([Program, .. arguments], _site.Environment, TimeSpan.FromMinutes(1));
    }
}
