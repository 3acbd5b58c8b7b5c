using System.Text.Json;
using EdgePose.Domain;

namespace EdgePose.Workshop.Bench;

/// <summary>One figure of two reports.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Old">In the earlier report.</param>
/// <param name="New">Now.</param>
/// <param name="Change">Relative change, +0.1 = a tenth more.</param>
/// <param name="Worse">Worse by more than the tolerance.</param>
internal sealed record Difference(string Name, double Old, double New, double Change, bool Worse);

/// <summary>Holds a report against an earlier one of the same setup.</summary>
internal static class BenchComparison
{
    /// <summary>What a change of less than this says is noise.</summary>
    public const double Tolerance = 0.10;

    /// <summary>Bytes per frame below which an allocation is the runtime's, not the program's.</summary>
    private const double FewBytes = 16;

    /// <exception cref="UserError">The file is no report, or one of another setup.</exception>
    public static BenchReport Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (JsonSerializer.Deserialize(file, BenchJson.Default.BenchReport) is { Schema: BenchReport.SchemaName } report) { return report; }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Usage, $"--compare {path}: {e.Message}", "edgepose bench --json > old.json", e);
        }
        catch (JsonException e)
        {
            throw new UserError(ExitCode.Usage, $"--compare {path} is no report of edgepose bench --json", "edgepose bench --json > old.json", e);
        }
        throw new UserError(ExitCode.Usage, $"--compare {path} is a report of another version", "edgepose bench --json > old.json");
    }

    /// <exception cref="UserError">Two setups that cannot be compared, with everything in which they differ.</exception>
    public static IReadOnlyList<Difference> Compare(BenchReport old, BenchReport now)
    {
        CheckSetup(old, now);
        var differences = new List<Difference>
        {
            Less("time per frame p50, ms", old.Load.ServiceMs.P50, now.Load.ServiceMs.P50),
            Less("frame age p99, ms", old.Load.FrameAgeMs.P99, now.Load.FrameAgeMs.P99),
            More("frames per second", old.Load.FpsPerStream.Sum(), now.Load.FpsPerStream.Sum()),
            More("fairness", old.Load.Jain, now.Load.Jain),
            More("efficiency", old.Efficiency.Ratio, now.Efficiency.Ratio),
            More("frames per second as fast as possible", old.Efficiency.PipelineFps, now.Efficiency.PipelineFps),
            Less("processor time per frame, ms", old.Load.CpuPercent.DaemonMsPerFrame, now.Load.CpuPercent.DaemonMsPerFrame),
            Less("resident memory at its peak, MiB", Mebi(old), Mebi(now)),
            Less("bytes allocated per frame", old.Load.AllocatedBytesPerFrame, now.Load.AllocatedBytesPerFrame, FewBytes),
        };
        if (old.Capacity is { } before && now.Capacity is { } after) { differences.Add(More("streams carried", before.Streams, after.Streams)); }
        return differences;
    }

    private static void CheckSetup(BenchReport old, BenchReport now)
    {
        var (a, b) = (old.Setup, now.Setup);
        var places = (BenchSetup s) => string.Join(", ", s.Models.Select(m => $"{m.Model} on {m.Provider}"));
        (string Name, object? Old, object? New)[] parts =
        [
            ("source", a.Source, b.Source), ("model", a.Model, b.Model), ("detector", a.Detector, b.Detector), ("networks", places(a), places(b)),
            ("threads", a.Threads, b.Threads), ("streams", a.Streams, b.Streams), ("fps", a.Fps, b.Fps), ("people", a.People, b.People),
            ("processor", old.Machine.Cpu, now.Machine.Cpu), ("cores", old.Machine.Cores, now.Machine.Cores),
        ];
        List<string> different = [.. parts.Where(p => !Equals(p.Old, p.New)).Select(p => FormattableString.Invariant($"{p.Name} {p.Old} and {p.New}"))];
        if (different.Count > 0) { throw new UserError(ExitCode.Usage, $"the reports cannot be compared: {string.Join("; ", different)}", "measure both with the same options on the same machine"); }
    }

    private static double Mebi(BenchReport report) => Math.Round(report.Load.Memory.RssPeak / 1048576.0, 1);

    private static Difference Less(string name, double old, double now, double slack = 0) =>
        new(name, old, now, Change(old, now), now > old * (1 + Tolerance) + slack);

    private static Difference More(string name, double old, double now) => new(name, old, now, Change(old, now), now < old * (1 - Tolerance));

    private static double Change(double old, double now) => old == 0 ? 0 : Math.Round((now - old) / old, 4);
}
