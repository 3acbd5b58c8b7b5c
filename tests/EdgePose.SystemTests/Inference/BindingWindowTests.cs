using System.Diagnostics;
using System.Runtime.InteropServices;
using EdgePose.Networks.Runtime;
using EdgePose.Peers;
using EdgePose.SystemTests.Daemon;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Inference;

/// <summary>
/// The binding with native libraries of other versions, from the oldest that the README promises to one that is newer than the binding, as a
/// board's own build would be named in <c>inference.runtime_library</c>.
/// </summary>
[Trait("Category", "Long")]
public sealed class BindingWindowTests(ITestOutputHelper output)
{
    /// <summary>Kernels change between versions, and with them the order of additions; scores and places are of the size of 1.</summary>
    private const float Tolerance = 1e-3f;

    [Theory]
    [InlineData("1.24.1")]
    [InlineData("1.27.0")]
    [InlineData("1.31.1")]
    public async Task Inference_OtherVersion_GivesTheSameOutputs(string version)
    {
        var own = await InferAsync(OrtRuntime.DefaultPath(AppContext.BaseDirectory));
        var other = await InferAsync(Library(version));
        Assert.Equal(version, other.Version);
        Assert.NotEqual(version, own.Version);
        Assert.Equal(OneInference.Models, own.Outputs.Select(o => o.Name.Split(' ')[0]).Distinct());
        Assert.Equal(own.Outputs.Select(o => (o.Name, o.Values.Length)), other.Outputs.Select(o => (o.Name, o.Values.Length)));
        var values = own.Outputs.SelectMany(o => o.Values).ToArray();
        Assert.True(values.Max() - values.Min() > 0.1f, "the outputs say nothing");
        var difference = values.Zip(other.Outputs.SelectMany(o => o.Values), (a, b) => Math.Abs(a - b)).Max();
        output.WriteLine($"{version} against {own.Version}: {values.Length} values, largest difference {difference:g3}");
        Assert.InRange(difference, 0, Tolerance);
    }

    [Theory]
    [InlineData("1.24.1")]
    [InlineData("1.31.1")]
    public async Task Check_RuntimeLibraryOfTheConfiguration_IsTheOneThatIsLoaded(string version)
    {
        using var site = new Site();
        var library = Library(version);
        site.Configure(1883, "cam: rtsp://127.0.0.1/1", more: $"inference: {{ runtime_library: {library} }}\n");
        var result = await site.RunVerbAsync("check", "--offline", "--config", site.ConfigPath);
        Assert.Contains($"onnxruntime {version} from {library}", result.Output, StringComparison.Ordinal);
        Assert.Contains("movenet-lightning: hash and contract ok, runs on cpu", result.Output, StringComparison.Ordinal);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    private static string Library(string version)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the libraries of other versions are for x64");
        var path = Path.Combine(Repo.Root, "artifacts", "assets", "long", "natives", version, "libonnxruntime.so");
        Assert.True(File.Exists(path), $"{path} is missing: ./build.sh test --long brings it");
        return path;
    }

    private static async Task<(string Version, List<(string Name, float[] Values)> Outputs)> InferAsync(string library)
    {
        using var process = Process.Start(Tools.Role("infer", library))!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (lines[0], [.. lines[1..].Select(l => l.Split(' ')).Select(p => ($"{p[0]} {p[1]}", Floats(p[2])))]);
    }

    private static float[] Floats(string hex) => MemoryMarshal.Cast<byte, float>(Convert.FromHexString(hex)).ToArray();
}
