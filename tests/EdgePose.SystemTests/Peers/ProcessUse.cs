using System.Globalization;

namespace EdgePose.Peers;

/// <summary>What a process holds after so much work.</summary>
/// <param name="Done">Units of work.</param>
/// <param name="Rss">Resident memory in bytes.</param>
/// <param name="Files">Open descriptors.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Children">Processes that it has started and that still run.</param>
internal sealed record ProcessUse(long Done, long Rss, int Files, int Threads, int Children)
{
    public static ProcessUse Of(int process, long done, int children) => new(
        done, ReadRss(process), Directory.GetFileSystemEntries(Proc(process, "fd")).Length, Directory.GetDirectories(Proc(process, "task")).Length, children);

    /// <summary>Least squares: bytes of resident memory per unit of work.</summary>
    public static double Slope(IReadOnlyCollection<ProcessUse> uses)
    {
        var (x, y) = (uses.Average(u => (double)u.Done), uses.Average(u => (double)u.Rss));
        var spread = uses.Sum(u => (u.Done - x) * (u.Done - x));
        return spread == 0 ? 0 : uses.Sum(u => (u.Done - x) * (u.Rss - y)) / spread;
    }

    private static string Proc(int process, string what) => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{what}");

    private static long ReadRss(int process) => 1024 * long.Parse(
        File.ReadLines(Proc(process, "status")).First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))["VmRSS:".Length..^"kB".Length], CultureInfo.InvariantCulture);
}
