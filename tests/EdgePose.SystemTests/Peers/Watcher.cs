using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace EdgePose.Peers;

/// <summary>
/// Nothing that a test has started outlives the tests, however they end, SIGKILL included: this process leads a process group, and a small shell in
/// a session of its own holds a pipe to it and ends the group when the pipe closes. (PR_SET_PDEATHSIG would bind a child to the thread that started it.)
/// </summary>
internal static partial class Watcher
{
    // A second for those who end by themselves, as a pager behind a pipe that this process was started in.
    private const string Script = "exec >/dev/null 2>&1; trap '' HUP INT TERM; read -r _; sleep 1; kill -s KILL -- \"-$1\"";

    private const int Kill = 9;
    private static Process? _watcher;

    public static void Start()
    {
        _ = SetGroup(0, 0); // fails for who leads a group or session already, which is what is wanted
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true };
        foreach (var argument in (string[])["sh", "-c", Script, "watcher", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]) { start.ArgumentList.Add(argument); }
        _watcher = Process.Start(start)!;
    }

    /// <summary>
    /// For a process that others have started to collect its results: test host, console, <c>dotnet test</c>, build program. Without any one of them
    /// nobody waits for it any more, and when they are killed none of them tells the next.
    /// </summary>
    public static void EndWithAncestors()
    {
        var ancestors = Ancestors();
        var thread = new Thread(() =>
        {
            while (Ancestors().SequenceEqual(ancestors)) { Thread.Sleep(500); }
            _ = SignalGroup(0, Kill);
        })
        { IsBackground = true, Name = "ancestors" };
        thread.Start();
    }

    /// <summary>Up to the shell that has started them.</summary>
    private static List<int> Ancestors()
    {
        var found = new List<int>();
        for (var at = Tools.ParentOf(Environment.ProcessId); at > 1 && Name(at) is "dotnet" or "build"; at = Tools.ParentOf(at)) { found.Add(at); }
        return found;
    }

    private static string Name(int process)
    {
        try { return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/comm")).Trim(); }
        catch (IOException) { return ""; }
    }

    [LibraryImport("libc", EntryPoint = "setpgid")]
    private static partial int SetGroup(int process, int group);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SignalGroup(int process, int signal);
}
