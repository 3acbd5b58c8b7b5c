using System.Text;
using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.SystemTests.Inference;

/// <summary>
/// Native libraries that say they are of another version: copies of the real one, in which only the text of the version is another. Only the
/// version is read from them, never more. Libraries that are of another version: <see cref="BindingWindowTests"/>.
/// </summary>
public sealed class NativeLibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ort-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("1.17.3")]
    [InlineData("1.23.2")]
    [InlineData("0.9")]
    [InlineData("none")]
    [InlineData("")]
    public void Open_OldLibrary_NamesItsVersionAndTheOneThatIsNeeded(string version)
    {
        var path = StandIn(version);
        var e = Assert.Throws<UserError>(() => OrtRuntime.Open(path));
        Assert.Equal(ExitCode.Model, e.Code);
        Assert.Contains($"libonnxruntime {version} at {path} is too old, 1.24 or newer is needed", e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(e.Hint);
    }

    [Theory]
    [InlineData("1.24.0")]
    [InlineData("1.31.1")]
    public void Open_NewEnoughLibrary_GivesItsVersion(string version) => Assert.Equal(version, OrtRuntime.Open(StandIn(version)).Version);

    private string StandIn(string version)
    {
        var original = OrtRuntime.DefaultPath(AppContext.BaseDirectory);
        OrtRuntime.Initialize("");
        var (path, bytes) = (Path.Combine(_folder, "libonnxruntime.so"), File.ReadAllBytes(original));
        // A string of its own ends and begins at a NUL byte; the name of the symbols' version does not.
        var said = Encoding.ASCII.GetBytes($"\0{OrtRuntime.Version}\0");
        var at = bytes.AsSpan().IndexOf(said);
        Assert.True(at >= 0 && bytes.AsSpan(at + 1).IndexOf(said) < 0, $"{original} does not hold its version exactly once");
        Encoding.ASCII.GetBytes(version.PadRight(said.Length - 2, '\0')).CopyTo(bytes, at + 1);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
