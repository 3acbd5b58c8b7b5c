using System.Globalization;
using System.Runtime.InteropServices;
using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Service;
using EdgePose.Service.Observe;

namespace EdgePose.Workshop.Bench;

/// <summary>The phases of a bench: the load that was asked for, the efficiency, the cost of people, the search for the largest load.</summary>
internal static class BenchRunner
{
    /// <exception cref="UserError">A model, the source or an option is unusable.</exception>
    public static async Task<BenchReport> RunAsync(BenchRequest request, Action<string> say, TimeProvider time, CancellationToken stop)
    {
        if (!request.IsSynthetic && !File.Exists(request.Source))
        {
            throw new UserError(ExitCode.Source, $"{request.Source} does not exist", "--source CLIP, or --source synthetic");
        }
        say(string.Create(CultureInfo.InvariantCulture, $"{request.Streams} streams at {request.Fps} fps for {request.Duration.TotalSeconds:0} s"));
        var load = await LoadMeasurement.RunAsync(request, request.Streams, request.Duration, time, stop).ConfigureAwait(false);
        say(string.Create(CultureInfo.InvariantCulture, $"pipeline against bare networks for {request.EfficiencyRun.TotalSeconds:0} s"));
        var efficiency = await EfficiencyMeasurement.RunAsync(request, time, stop).ConfigureAwait(false);
        var (setup, people) = await SetupAsync(request, time).ConfigureAwait(false);
        var capacity = request.Search ? await SearchAsync(request, load, say, time, stop).ConfigureAwait(false) : null;
        return new BenchReport
        {
            Version = Versions.Self,
            Time = time.GetUtcNow(),
            Machine = await MachineAsync(stop).ConfigureAwait(false),
            Setup = setup,
            Load = load with { ByPeople = [.. load.ByPeople.Concat(people).OrderBy(p => p.People).ThenBy(p => p.How, StringComparer.Ordinal)] },
            Efficiency = efficiency,
            Capacity = capacity,
            Notes = Notes(request, load, setup),
            Answer = Answer(load, capacity),
        };
    }

    private static Task<Capacity> SearchAsync(BenchRequest request, LoadRun main, Action<string> say, TimeProvider time, CancellationToken stop)
    {
        return CapacitySearch.RunAsync(main, CapacitySearch.Guess(main), async streams =>
        {
            say(string.Create(CultureInfo.InvariantCulture, $"are {streams} streams carried? ({request.SearchRun.TotalSeconds:0.#} s)"));
            return await LoadMeasurement.RunAsync(request, streams, request.SearchRun, time, stop).ConfigureAwait(false);
        });
    }

    private static async Task<(BenchSetup Setup, List<PeopleCost> People)> SetupAsync(BenchRequest request, TimeProvider time)
    {
        // Its networks are used, its streams are not started.
        await using var rig = BenchRig.Prepare(request, 1, asFastAsPossible: false, time);
        var people = await PeopleMeasurement.RunAsync(rig, request.People, time).ConfigureAwait(false);
        var detector = rig.Pipeline.Sessions.FirstOrDefault(s => s.Descriptor.Task == ModelTask.Detect)?.Descriptor.Name ?? "";
        var setup = new BenchSetup(
            request.IsSynthetic ? request.Source : Path.GetFileName(request.Source), request.Model, detector,
            [.. rig.Pipeline.Sessions.Select(s => new ModelPlace(s.Descriptor.Name, s.Provider))],
            request.Threads > 0 ? request.Threads : Environment.ProcessorCount, request.Streams, request.Fps, request.Duration.TotalSeconds, request.People);
        return (setup, people);
    }

    private static async Task<BenchMachine> MachineAsync(CancellationToken stop)
    {
        var cpu = "unknown";
        if (File.Exists("/proc/cpuinfo"))
        {
            var lines = await File.ReadAllLinesAsync("/proc/cpuinfo", stop).ConfigureAwait(false);
            // Arm boards name the processor under "Model" or not at all.
            var line = lines.FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) ?? lines.FirstOrDefault(l => l.StartsWith("Model", StringComparison.Ordinal));
            cpu = line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? cpu;
        }
        return new BenchMachine(
            cpu, Environment.ProcessorCount, $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}",
            RuntimeInformation.FrameworkDescription, OrtRuntime.Version, await Streams.FfmpegVersion.ReadAsync(stop).ConfigureAwait(false));
    }

    private static List<string> Notes(BenchRequest request, LoadRun load, BenchSetup setup)
    {
        var notes = new List<string>();
        if (request.IsSynthetic && request.People is null)
        {
            notes.Add(setup.Detector.Length > 0
                ? "nobody is in synthetic pictures, so only the detector ran; give --people N or a clip with people"
                : "nobody is in synthetic pictures; the network costs the same, grouping people is not measured");
        }
        if (load.Fps < request.Fps) { notes.Add(string.Create(CultureInfo.InvariantCulture, $"the clip has only {load.Fps} frames per second")); }
        if (request.People is not null && setup.Detector.Length == 0) { notes.Add("--people has no effect: a bottom-up network takes no boxes"); }
        if (request.IsSynthetic) { notes.Add("no video was decoded"); }
        return notes;
    }

    /// <summary>The last line of a bench: what the board carries.</summary>
    internal static string Answer(LoadRun load, Capacity? capacity) => capacity switch
    {
        { Streams: > 0 } c => string.Create(CultureInfo.InvariantCulture, $"→ {c.Streams} {(c.Streams == 1 ? "stream" : "streams")} at {c.Fps:0.##} fps with p99 frame age {c.FrameAgeP99Ms:0} ms"),
        { } c => string.Create(CultureInfo.InvariantCulture, $"→ not one stream at {c.Fps:0.##} fps; the networks manage {1000 / Math.Max(1e-3, load.ServiceMs.Mean):0.0} frames per second"),
        null => string.Create(CultureInfo.InvariantCulture, $"→ {load.Streams} {(load.Streams == 1 ? "stream" : "streams")} at {load.Fps:0.##} fps: {(load.Carried ? "carried" : "not carried")}, p99 frame age {load.FrameAgeMs.P99:0} ms"),
    };
}
