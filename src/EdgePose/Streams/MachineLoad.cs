using System.Globalization;

namespace EdgePose.Streams;

/// <summary>Whether this machine has more to do than it can, which makes everything late.</summary>
internal static class MachineLoad
{
    /// <summary>With this many waiting for each processor, a program gets a quarter of its time.</summary>
    private const double Busy = 4;

    /// <summary>A part of a sentence; empty when the machine is not to blame.</summary>
    public static string Excuse()
    {
        try { return Excuse(File.ReadAllText("/proc/loadavg"), Environment.ProcessorCount); }
        catch (IOException)
        {
            return ""; // not told here
        }
    }

    internal static string Excuse(string averages, int processors) =>
        double.TryParse(averages.Split(' ')[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var load) && load >= Busy * processors
            ? string.Create(CultureInfo.InvariantCulture, $"; this machine is busy (load {load:0} on {processors} {(processors == 1 ? "processor" : "processors")}), which may be the reason: use fewer or smaller streams") : "";
}
