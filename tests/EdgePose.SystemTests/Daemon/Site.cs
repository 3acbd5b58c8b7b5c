using System.Globalization;
using EdgePose.Peers;

namespace EdgePose.SystemTests.Daemon;

/// <summary>A place of installation: a folder with a configuration and credentials, from which daemons are started.</summary>
internal sealed class Site : IDisposable
{
    public const string Node = "test-box";

    private readonly Dictionary<string, string> _environment = [];
    private bool _figures;

    public Site()
    {
        Folder = Directory.CreateTempSubdirectory("edgepose-site-").FullName;
        // Two daemons never share a spool.
        _environment["XDG_STATE_HOME"] = Path.Combine(Folder, "state");
        _environment["CREDENTIALS_DIRECTORY"] = Directory.CreateDirectory(Path.Combine(Folder, "credentials")).FullName;
    }

    /// <summary>One whose streams see the figure of <see cref="DaemonFixture.Figure"/>: for all that is not about the networks.</summary>
    public static Site OfFigures()
    {
        var site = new Site { _figures = true };
        TinyNetwork.Write(site.Folder);
        return site;
    }

    public string Folder { get; }
    public string ConfigPath => Path.Combine(Folder, "edgepose.yaml");
    public IReadOnlyDictionary<string, string> Environment => _environment;

    public static string Topic(string rest) => $"edgepose/{Node}/{rest}";

    public Site With(string variable, string value)
    {
        _environment[variable] = value;
        return this;
    }

    /// <summary>Stores a secret as systemd's LoadCredential would.</summary>
    public void AddCredential(string name, string value)
    {
        var path = Path.Combine(_environment["CREDENTIALS_DIRECTORY"], name);
        File.WriteAllText(path, value);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
    }

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>
    /// Writes a configuration for a broker on <paramref name="port"/> (0 = none). <paramref name="streams"/> are the indented lines below
    /// <c>streams:</c>. Four people per frame are enough to tell tracks apart and keep a small machine in time.
    /// </summary>
    public Site Configure(int port, string streams, string mqtt = "", string more = "")
    {
        var broker = port == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"mqtt:\n  url: mqtt://127.0.0.1:{port}\n{Indented(mqtt)}");
        var network = _figures ? $"models: {{ folders: [{Folder}] }}\npose: {{ model: {TinyNetwork.Name}, max_people: 4 }}\n" : "pose: { max_people: 4 }\n";
        Write("edgepose.yaml", $"node: {Node}\n{broker}{network}{more}streams:\n{Indented(streams)}");
        return this;
    }

    public EdgePoseProcess Run(params string[] more) => EdgePoseProcess.Start(["run", "--config", ConfigPath, .. more], Environment);

    public Task<VerbResult> RunVerbAsync(params string[] arguments) => EdgePoseProcess.RunAsync(arguments, Environment);

    /// <summary>A recording that never ends, at its own speed.</summary>
    public static string Loop(string id, string file) => $"{id}: {{ url: {file}, loop: true }}";

    private static string Indented(string lines) =>
        string.Concat(lines.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => $"  {l}\n"));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
