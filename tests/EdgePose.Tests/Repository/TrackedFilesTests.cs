using System.Text.Json;
using System.Text.RegularExpressions;
using EdgePose.TestSupport;

namespace EdgePose.Repository;

/// <summary>What the committed files must hold and must not hold, so that a fresh clone builds the same everywhere.</summary>
public sealed class TrackedFilesTests
{
    /// <summary>Folders of a build machine and addresses of package registries or their mirrors. Split so that this file passes.</summary>
    private static readonly Regex Local = new(
        @"(?<![\w.~*-])/(work|ho" + @"me)/\w|/root/\.|/tmp/ba" + @"sh_jobs|[A-Za-z]:\\Us" + @"ers\\"
        + @"|https?://[^/\s""']*(registry|nuget|npmjs|npmmirror|artifactory|nexus|pypi|deb\.debian)[^\s""']*",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private static readonly string[] Binary = [".png", ".onnx", ".avi", ".mp4", ".bin", ".gz", ".zip"];

    [Fact]
    public void Files_NameNoMachineAndNoRegistry()
    {
        var found = SourceTree.Files.Where(f => !Binary.Contains(Path.GetExtension(f))).SelectMany(Findings).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("cd /wo" + "rk/main", true)]
    [InlineData("see /ho" + "me/me/x", true)]
    [InlineData("\"resolved\": \"https://regi" + "stry.example.org/a.tgz\"", true)]
    [InlineData("/root/" + ".nuget/packages", true)]
    [InlineData("the artifacts/work/folder and ../work/x", false)]
    [InlineData("ProtectHome, $HOME/x and https://example.org/registry", false)]
    public void Local_Text_IsRecognised(string text, bool expected) => Assert.Equal(expected, Local.IsMatch(text));

    [Fact]
    public void Projects_HaveALockFileEach()
    {
        var projects = SourceTree.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(projects);
        Assert.All(projects, p => Assert.Contains($"{Path.GetDirectoryName(p)}/packages.lock.json", SourceTree.Files));
    }

    [Fact]
    public void Projects_AreAllInTheSolution()
    {
        var solution = SourceTree.Read("EdgePose.sln").Replace('\\', '/');
        Assert.All(SourceTree.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal)), p => Assert.Contains(p, solution, StringComparison.Ordinal));
    }

    [Fact]
    public void PackageVersions_StandInOnePlace()
    {
        var projects = SourceTree.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal));
        Assert.All(projects, p => Assert.DoesNotMatch("<PackageReference[^>]*Version=", SourceTree.Read(p)));
        Assert.DoesNotMatch("""Version="[^"]*\*""", SourceTree.Read("Directory.Packages.props"));
    }

    [Fact]
    public void NpmPackages_ArePinnedByIntegrity()
    {
        using var locked = JsonDocument.Parse(SourceTree.Read("package-lock.json"));
        var packages = locked.RootElement.GetProperty("packages").EnumerateObject().Where(p => p.Name.Length > 0).ToList();
        Assert.NotEmpty(packages);
        Assert.All(packages, p => Assert.StartsWith("sha512-", p.Value.GetProperty("integrity").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Wrappers_OnlyStartTheBuildProgram()
    {
        Assert.Equal(2, SourceTree.Lines("build.sh").Length); // the interpreter's line and one command
        Assert.Single(SourceTree.Lines("build.ps1"));
        Assert.All(["build.sh", "build.ps1"], f => Assert.Contains("dotnet run build.cs -- ", SourceTree.Read(f), StringComparison.Ordinal));
        Assert.All(["build.sh", ".ci/run"], f => Assert.True(IsExecutable(f), f));
    }

    // Windows has no execute bits.
    private static bool IsExecutable(string file) => OperatingSystem.IsWindows()
        || File.GetUnixFileMode(Path.Combine(Repo.Root, file)).HasFlag(UnixFileMode.UserExecute);

    private static IEnumerable<string> Findings(string file) =>
        SourceTree.Lines(file).SelectMany((line, i) => Local.Matches(line).Select(m => $"{file}:{i + 1}: {m.Value}"));
}
