using System.Text;
using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Peers;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Inference;

/// <summary>Native libraries of other versions, made by the compiler: only the version is read from them, never more.</summary>
public sealed class NativeLibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ort-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("1.17.3")]
    [InlineData("1.23.2")]
    [InlineData("0.9")]
    [InlineData("unknown")]
    [InlineData("")]
    public async Task Open_OldLibrary_NamesItsVersionAndTheOneThatIsNeeded(string version)
    {
        var path = await CompileAsync(version);
        var e = Assert.Throws<UserError>(() => OrtRuntime.Open(path));
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.Contains($"libonnxruntime {version} at {path} is too old, 1.24 or newer is needed", e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(e.Hint);
    }

    [Theory]
    [InlineData("1.24.0")]
    [InlineData("1.30.0")]
    public async Task Open_NewEnoughLibrary_GivesItsVersion(string version) =>
        Assert.Equal(version, OrtRuntime.Open(await CompileAsync(version)).Version);

    private async Task<string> CompileAsync(string version)
    {
        var compiler = Tools.Find("gcc");
        Assert.SkipUnless(compiler is not null, "needs gcc");
        var (source, library) = (Path.Combine(_folder, "ort.c"), Path.Combine(_folder, "libonnxruntime.so"));
        // The first two entries of the C API's base table: GetApi and GetVersionString.
        await File.WriteAllTextAsync(source, $$"""
            static const void *get_api(unsigned version) { (void)version; return 0; }
            static const char *get_version(void) { return "{{version}}"; }
            struct base { const void *(*api)(unsigned); const char *(*version)(void); };
            static const struct base table = { get_api, get_version };
            const struct base *OrtGetApiBase(void) { return &table; }
            """, Encoding.ASCII);
        await Tools.RunAsync(compiler!, ["-shared", "-fPIC", "-o", library, source]);
        return library;
    }
}
