using EdgePose.Service;
using EdgePose.Service.Observe;

namespace EdgePose.Workshop.Bench;

/// <summary>Runs a number of streams for a while and measures everything but the warm-up.</summary>
internal static class LoadMeasurement
{
    private const int MostSamples = 1 << 18, FewestFrames = 10;

    /// <summary>A run counts as carried when at most this part of the frames is missing.</summary>
    private const double Missing = 0.03;

    public static async Task<LoadRun> RunAsync(BenchRequest request, int streams, TimeSpan duration, TimeProvider time, CancellationToken stop)
    {
        await using var rig = BenchRig.Start(request, streams, asFastAsPossible: false, time);
        var samples = new FrameSamples((int)Math.Min(MostSamples, 64 + 2 * streams * request.Fps * duration.TotalSeconds));
        foreach (var stream in rig.Pipeline.Streams) { stream.Observer.Listener = samples.Add; }
        await rig.WarmUpAsync(stop).ConfigureAwait(false);
        using var machine = new MachineMeter(time);
        var before = Accounts(rig);
        machine.Start();
        samples.Start();
        await Task.Delay(duration, time, stop).ConfigureAwait(false);
        samples.Stop();
        machine.Stop();
        return Report(request, samples, machine, before, Accounts(rig), Largest(rig, request.Fps));
    }

    private static LoadRun Report(
        BenchRequest request, FrameSamples samples, MachineMeter machine, IReadOnlyList<FrameTally> before, IReadOnlyList<FrameTally> after, double fps)
    {
        List<double> perStream = [.. after.Select((a, i) => (a.Processed - before[i].Processed) / machine.Seconds)];
        var processed = after.Sum(a => a.Processed) - before.Sum(a => a.Processed);
        var (ages, service) = (samples.Ages(), samples.Services());
        return new LoadRun
        {
            Streams = after.Count,
            Fps = Statistics.Round(fps),
            Seconds = Statistics.Round(machine.Seconds),
            FpsPerStream = [.. perStream.Select(Statistics.Round)],
            Jain = Math.Round(Statistics.Jain(perStream), 4),
            Received = after.Sum(a => a.Received) - before.Sum(a => a.Received),
            Processed = processed,
            Dropped = [.. after[0].Dropped.Select((d, i) => new Count(d.Reason, after.Sum(a => a.Dropped[i].Value) - before.Sum(a => a.Dropped[i].Value)))],
            FrameAgeMs = ages,
            ServiceMs = service,
            Stages = samples.Stages(),
            CpuPercent = Cpu(machine, processed),
            Memory = machine.Memory,
            AllocatedBytesPerFrame = Statistics.Round(samples.AllocatedPerFrame),
            Watts = machine.Watts is { } watts ? Statistics.Round(watts) : null,
            ByPeople = samples.ByPeople(FewestFrames, request.People is null ? "seen" : "boxes"),
            Carried = perStream.All(p => p >= fps * (1 - Missing)) && ages.P99 <= 2000 / fps + service.P99,
        };
    }

    private static CpuUse Cpu(MachineMeter machine, long frames) => new(
        Statistics.Round(100 * machine.CpuSeconds / machine.Seconds), Statistics.Round(100 * machine.ChildCpuSeconds / machine.Seconds),
        Statistics.Round(1000 * machine.CpuSeconds / Math.Max(1, frames)), Statistics.Round(1000 * machine.ChildCpuSeconds / Math.Max(1, frames)));

    private static IReadOnlyList<FrameTally> Accounts(BenchRig rig) => [.. rig.Pipeline.Streams.Select(Snapshots.Tally)];

    /// <summary>The rate that can be offered: a clip may have fewer frames per second than were asked for.</summary>
    private static double Largest(BenchRig rig, double fps)
    {
        var source = rig.Pipeline.Streams.Select(s => s.SourceFps).Where(f => f > 0).DefaultIfEmpty(fps).Min();
        return Math.Min(source, fps);
    }
}
