using System.Globalization;
using System.Runtime.InteropServices;

namespace EdgePose.Streams;

/// <summary>The two things that .NET cannot do to a child: ask it to end, and see that it is suspended.</summary>
internal static partial class Signals
{
    private const int Sigterm = 15;

    /// <summary>Asks process <paramref name="pid"/> to end; false when it is gone already.</summary>
    public static bool Terminate(int pid) => Kill(pid, Sigterm) == 0;

    /// <summary>True for a process stopped by SIGSTOP or a debugger, which does not react to SIGTERM.</summary>
    public static bool IsSuspended(int pid)
    {
        try
        {
            // "pid (name) state ...": the name may hold spaces and brackets, the state follows the last one.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var end = stat.LastIndexOf(')');
            return end >= 0 && end + 2 < stat.Length && stat[end + 2] is 'T' or 't';
        }
        catch (IOException)
        {
            return false; // gone
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
