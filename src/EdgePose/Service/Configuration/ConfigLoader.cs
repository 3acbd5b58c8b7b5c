using System.Security.Cryptography;
using EdgePose.Domain;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.Settings.Yaml;

namespace EdgePose.Service.Configuration;

/// <summary>What a caller may decide about loading.</summary>
internal sealed record LoadOptions
{
    /// <summary><c>key=value</c> pairs of --set; they win over the file.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>Environment variables, <c>CREDENTIALS_DIRECTORY</c> among them.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>False for verbs that need no camera, such as <c>models list</c>.</summary>
    public bool RequireStreams { get; init; } = true;

    /// <summary>False for verbs that connect to nothing, such as <c>replay</c>: secrets may then be absent.</summary>
    public bool RequireSecrets { get; init; } = true;

    /// <summary>Default of <c>node</c>, before cleaning.</summary>
    public string HostName { get; init; } = System.Environment.MachineName;
}

/// <summary>
/// Outcome of loading: a complete configuration, or everything that is wrong with it. <see cref="Config"/> is null exactly when there is
/// an error; warnings come beside a configuration.
/// </summary>
/// <param name="Config">Null when there is an error.</param>
/// <param name="Problems">Errors and warnings in the order of the file.</param>
/// <param name="Marks">Place of each key that the file gives, by dotted path.</param>
internal sealed record ConfigResult(EdgePoseConfig? Config, IReadOnlyList<ConfigProblem> Problems, IReadOnlyDictionary<string, Mark> Marks)
{
    public bool HasErrors => Config is null;
}

/// <summary>Reads the configuration. Total: any file gives a <see cref="ConfigResult"/>, never an exception.</summary>
internal static class ConfigLoader
{
    public static ConfigResult Load(string path, LoadOptions? options = null)
    {
        string problem;
        try
        {
            return Parse(ReadBounded(path), path, options);
        }
        catch (IOException e)
        {
            problem = e is FileNotFoundException or DirectoryNotFoundException
                ? "the file does not exist; name it with --config FILE" : "the file cannot be read: " + e.GetType().Name;
        }
        catch (UnauthorizedAccessException)
        {
            problem = Directory.Exists(path) ? "this is a folder, not a file" : "the file cannot be read: permission denied";
        }
        catch (ArgumentException)
        {
            problem = "this is no file name";
        }
        return new ConfigResult(null, [new ConfigProblem(path, 0, 0, "", problem, "", Severity.Error)], new Dictionary<string, Mark>());
    }

    /// <summary>As <see cref="Load"/>, from bytes; <paramref name="path"/> names them in messages and anchors relative paths.</summary>
    public static ConfigResult Parse(ReadOnlySpan<byte> bytes, string path, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var problems = new ProblemList();
        var root = YamlReader.Parse(bytes, path, problems);
        var intact = !problems.HasErrors;
        root ??= YamlNode.Map(new Mark(path, 0, 0));
        foreach (var text in options.Overrides) { ConfigOverride.Apply(root, text, ConfigKeys.All, problems); }

        var context = new ReadContext(problems, path, options.Environment) { Intact = intact, Elsewhere = ConfigKeys.Elsewhere };
        context.Secrets.Required = options.RequireSecrets;
        var config = ConfigReader.Read(new Section(root, "", "", context), options) with
        {
            Path = path,
            Given = root,
            Hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..12],
            Secrets = [.. context.Secrets.Found.Select(s => new Secret(s))],
        };
        return new ConfigResult(problems.HasErrors ? null : config, problems.ToSorted(context.Secrets.Found), context.Marks);
    }

    /// <summary>The keys that <see cref="Parse"/> knows, in the order in which they are read.</summary>
    internal static IReadOnlyList<ConfigKey> RecordKeys()
    {
        var problems = new ProblemList();
        var keys = new List<ConfigKey>();
        var root = new Section(null, "", "", new ReadContext(problems, "keys", _ => null, keys));
        ConfigReader.Read(root, new LoadOptions { HostName = "host" });
        return keys;
    }

    private static byte[] ReadBounded(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[YamlText.MaxBytes + 1];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return buffer[..length];
    }
}
