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
    public string Absolute(string path, YamlNode node) =>
        Path.GetFullPath(path, node.Mark.Line > 0 ? _folder : Environment.CurrentDirectory);
}
