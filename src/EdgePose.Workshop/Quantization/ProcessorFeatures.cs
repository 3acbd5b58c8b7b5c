using System.Runtime.InteropServices;

namespace EdgePose.Workshop.Quantization;

/// <summary>The instruction sets that decide how fast int8 is: a ratio measured with them says little about a processor without.</summary>
internal static class ProcessorFeatures
{
    private static readonly string[] Deciding =
        ["avx2", "avx_vnni", "avx512f", "avx512_vnni", "amx_int8", "asimd", "asimddp", "i8mm", "sve", "sve2"];

    /// <summary>The architecture and what this machine has of them; no name of the machine.</summary>
    public static IReadOnlyList<string> Read() => Parse(File.Exists("/proc/cpuinfo") ? File.ReadAllText("/proc/cpuinfo") : "");

    /// <summary>From the text of /proc/cpuinfo.</summary>
    public static IReadOnlyList<string> Parse(string text)
    {
        var line = text.Split('\n').FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal) || l.StartsWith("Features", StringComparison.Ordinal)) ?? "";
        var flags = line.Split([' ', '\t', ':'], StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        return [RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(), .. Deciding.Where(flags.Contains)];
    }
}
