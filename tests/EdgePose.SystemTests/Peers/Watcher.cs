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

    /// <summary>For a process whose parent collects its results: without the parent it has nobody to work for.</summary>
    public static void EndWithParent()
    {
        var parent = Parent();
        var thread = new Thread(() =>
        {
            while (Parent() == parent) { Thread.Sleep(500); }
            _ = SignalGroup(0, Kill);
        })
        { IsBackground = true, Name = "parent" };
        thread.Start();
    }

    [LibraryImport("libc", EntryPoint = "setpgid")]
    private static partial int SetGroup(int process, int group);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int Parent();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SignalGroup(int process, int signal);
}
