using System.Runtime.InteropServices;
using EdgePose.Networks.Runtime;

namespace EdgePose.Tests.Networks.Runtime;

/// <summary>Where the library that came with the program is looked for: beside it after <c>publish -r</c>, below <c>runtimes</c> after a build.</summary>
public sealed class OrtRuntimeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-ort-").FullName;

    private string Beside => Path.Combine(_folder, "libonnxruntime.so");

    private string Below => Path.Combine(
        _folder, "runtimes", RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64", "native", "libonnxruntime.so");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void DefaultPath_PublishedForOneProcessor_IsBesideTheProgram()
    {
        Put(Beside);
        Assert.Equal(Beside, OrtRuntime.DefaultPath(_folder));
    }

    [Fact]
    public void DefaultPath_PortableBuild_IsBelowRuntimes()
    {
        Put(Below);
        Put(Below.Replace("linux-", "android-", StringComparison.Ordinal));
        Assert.Equal(Below, OrtRuntime.DefaultPath(_folder));
    }

    [Fact]
    public void DefaultPath_Both_TakesTheOneBesideTheProgram()
    {
        Put(Beside);
        Put(Below);
        Assert.Equal(Beside, OrtRuntime.DefaultPath(_folder));
    }

    [Fact]
    public void DefaultPath_Neither_NamesThePlaceBesideTheProgram() => Assert.Equal(Beside, OrtRuntime.DefaultPath(_folder));

    private static void Put(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
    }
}
