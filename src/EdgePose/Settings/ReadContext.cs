using EdgePose.Settings.Problems;
using EdgePose.Settings.Yaml;

namespace EdgePose.Settings;

/// <summary>What the section readers of one run share.</summary>
internal sealed class ReadContext(ProblemList problems, string file, Func<string, string?> environment, List<ConfigKey>? keys = null)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";

    /// <summary>The file as the user named it.</summary>
    public string File { get; } = file;

    /// <summary>False when syntax errors took lines out, so that what is absent may only be lost.</summary>
    public bool Intact { get; init; } = true;
    public ProblemList Problems { get; } = problems;
    public SecretReader Secrets { get; } = new(problems, environment);

    /// <summary>Place of each key that the file gives, by dotted path.</summary>
    public Dictionary<string, Mark> Marks { get; } = [];

    /// <summary>Records each key that a reader asks for; null in ordinary runs.</summary>
    public List<ConfigKey>? Keys { get; } = keys;

    /// <summary>Tells where a key of that name belongs, or an empty string.</summary>
    public Func<string, string> Elsewhere { get; init; } = _ => "";

    /// <summary>Makes a path of the file absolute: relative to the file's folder, or to the working directory when it came by --set.</summary>
    /// <param name="path">As it stands there; ~/ is the home of the user.</param>
    /// <param name="node">Where it stands.</param>
    /// <param name="written">The program writes there: under systemd it is relative to the state directory, because the configuration's folder is read-only.</param>
    public string Absolute(string path, YamlNode node, bool written = false)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal)) { path = Path.Join(Home, path[1..]); }
        if (written && environment("STATE_DIRECTORY") is { Length: > 0 } state) { return Path.GetFullPath(path, Path.GetFullPath(state.Split(':')[0])); }
        return Path.GetFullPath(path, node.Mark.Line > 0 ? _folder : Environment.CurrentDirectory);
    }

    /// <summary>Why a path cannot be read as it stands; null when it can.</summary>
    public string? PathProblem(string path)
    {
        if (path.StartsWith('~') && path != "~" && !path.StartsWith("~/", StringComparison.Ordinal)) { return "a path; write the home of another user out, ~ alone is your own"; }
        return path.StartsWith('~') && Home.Length == 0 ? "a path without ~, because this user has no home ($HOME is not set)" : null;
    }

    private string Home => environment("HOME") ?? "";
}
