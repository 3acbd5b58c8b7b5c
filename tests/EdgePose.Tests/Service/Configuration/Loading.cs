using System.Text;
using EdgePose.Service.Configuration;
using EdgePose.Settings;

namespace EdgePose.Tests.Service.Configuration;

/// <summary>Loads texts as the program loads files, with an environment of the test's own.</summary>
internal static class Loading
{
    public static ConfigResult Load(string yaml, params string[] overrides) => Load(yaml, new Dictionary<string, string>(), overrides);

    public static ConfigResult Load(string yaml, IReadOnlyDictionary<string, string> environment, params string[] overrides) =>
        Load(Encoding.UTF8.GetBytes(yaml), environment, overrides);

    public static ConfigResult Load(byte[] bytes, IReadOnlyDictionary<string, string> environment, params string[] overrides) =>
        ConfigLoader.Parse(bytes, "/etc/edgepose/edgepose.yaml", new LoadOptions
        {
            Overrides = overrides, Environment = n => environment.GetValueOrDefault(n), HostName = "Test.Host",
        });

    /// <summary>The configuration of a text without errors.</summary>
    public static EdgePoseConfig Good(string yaml, params string[] overrides)
    {
        var result = Load(yaml, overrides);
        Assert.True(result.Config is not null, Texts(result));
        return result.Config!;
    }

    /// <summary>The problems as <c>line:col key: problem</c>, without the file.</summary>
    public static List<string> Lines(ConfigResult result) =>
        [.. result.Problems.Select(p => p.ToString().Replace("/etc/edgepose/edgepose.yaml:", "", StringComparison.Ordinal))];

    public static string Texts(ConfigResult result) => string.Join('\n', result.Problems);
}

/// <summary>A folder that disappears with the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("edgepose-config-").FullName;

    public string Write(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows()) { File.SetUnixFileMode(path, mode); }
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
