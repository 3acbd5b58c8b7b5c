using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.Service;
using EdgePose.Service.Observe;

namespace EdgePose.Workshop.Bench;

/// <summary>
/// The whole pipeline, as fast as possible, against the bare networks: blocks of about a second in turns, on the inference thread itself, with
/// the same bindings. A block of the pipeline counts the runs of every network, and the block after it makes exactly these runs and nothing
/// else; so both blocks do the same arithmetic, and a machine that is disturbed disturbs both.
/// </summary>
internal sealed class EfficiencyMeasurement
{
    /// <summary>Frames that ffmpeg has decoded ahead while the networks ran alone: they would flatter the pipeline.</summary>
    private const int DecodedAhead = 6;
    private const int FewestFrames = 4;
    private static readonly TimeSpan Block = TimeSpan.FromSeconds(1);

    private readonly BenchRig _rig;
    private readonly TimeSpan _duration;
    private readonly TimeProvider _time;
    private readonly List<Round> _rounds = [];
    private readonly Dictionary<OrtBinding, long> _runsBefore = [];
    private readonly Dictionary<OrtBinding, long> _allRuns = [];
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _skip = DecodedAhead, _frames, _people;
    private long _started, _blockStarted;
    private double _cpuBefore;
    private double? _decodeOnly;

    private sealed record Round(int Frames, int People, double PipelineSeconds, double RawSeconds, double PipelineCpu, double RawCpu);

    private EfficiencyMeasurement(BenchRig rig, TimeSpan duration, TimeProvider time) => (_rig, _duration, _time) = (rig, duration, time);

    public static async Task<Efficiency> RunAsync(BenchRequest request, TimeProvider time, CancellationToken stop)
    {
        await using var rig = BenchRig.Start(request, 1, asFastAsPossible: true, time);
        await rig.WarmUpAsync(stop).ConfigureAwait(false);
        var measurement = new EfficiencyMeasurement(rig, request.EfficiencyRun, time);
        rig.Pipeline.Streams[0].Observer.Listener = facts => measurement.OnFrame(facts, withDecoder: !request.IsSynthetic);
        await measurement._done.Task.WaitAsync(stop).ConfigureAwait(false);
        rig.Pipeline.Streams[0].Observer.Listener = null;
        return measurement.Report();
    }

    // On the inference thread, after each frame.
    private void OnFrame(FrameFacts facts, bool withDecoder)
    {
        if (_started == 0) { _started = _time.GetTimestamp(); }
        if (_skip > 0)
        {
            if (--_skip == 0) { BeginBlock(); }
            return;
        }
        if (_done.Task.IsCompleted) { return; }
        _frames++;
        _people += facts.People;
        var seconds = _time.GetElapsedTime(_blockStarted).TotalSeconds;
        if (_frames < FewestFrames || seconds < Block.TotalSeconds) { return; }
        EndBlock(seconds);
        if (_time.GetElapsedTime(_started) < _duration) { _skip = DecodedAhead; return; }
        if (withDecoder) { _decodeOnly = DecodeOnly(); }
        _done.SetResult();
    }

    private void BeginBlock()
    {
        foreach (var binding in Bindings()) { _runsBefore[binding] = binding.Runs; }
        (_frames, _people, _cpuBefore, _blockStarted) = (0, 0, Cpu(), _time.GetTimestamp());
    }

    private void EndBlock(double seconds)
    {
        var cpu = Cpu() - _cpuBefore;
        List<(OrtBinding Binding, long Runs)> made = [.. Bindings().Select(b => (b, b.Runs - _runsBefore.GetValueOrDefault(b)))];
        foreach (var (binding, runs) in made) { _allRuns[binding] = _allRuns.GetValueOrDefault(binding) + runs; }
        var (rawCpu, start) = (Cpu(), _time.GetTimestamp());
        foreach (var (binding, runs) in made)
        {
            for (var i = 0L; i < runs; i++) { binding.Run(); }
        }
        _rounds.Add(new Round(_frames, _people, seconds, _time.GetElapsedTime(start).TotalSeconds, cpu, Cpu() - rawCpu));
    }

    /// <summary>Takes the frames and does nothing with them.</summary>
    private double DecodeOnly()
    {
        var (slot, frames, start, begun) = (_rig.Pipeline.Streams[0].Scheduled.Slot, 0, _time.GetTimestamp(), 0L);
        while (_time.GetElapsedTime(start) < 2 * Block)
        {
            if (slot.TryTake() is not { } frame) { Thread.Yield(); continue; }
            frame.Dispose();
            if (++frames == DecodedAhead) { begun = _time.GetTimestamp(); }
        }
        return begun == 0 ? 0 : (frames - DecodedAhead) / _time.GetElapsedTime(begun).TotalSeconds;
    }

    private Efficiency Report()
    {
        var frames = _rounds.Sum(r => r.Frames);
        List<NetworkRuns> runs = [.. _rig.Pipeline.Sessions.SelectMany(s => s.Bindings.Select(b =>
            new NetworkRuns(s.Descriptor.Name, $"{b.Batch}x{b.Width}x{b.Height}", Statistics.Round((double)_allRuns.GetValueOrDefault(b) / frames)))).Where(r => r.PerFrame > 0)];
        return new Efficiency(
            Math.Round(Statistics.Median(_rounds.Select(r => r.RawSeconds / r.PipelineSeconds)), 4),
            Math.Round(Statistics.Median(_rounds.Select(r => r.RawCpu / r.PipelineCpu)), 4),
            Statistics.Round(Statistics.Median(_rounds.Select(r => r.Frames / r.PipelineSeconds))),
            Statistics.Round(Statistics.Median(_rounds.Select(r => r.Frames / r.RawSeconds))),
            _decodeOnly is { } fps ? Statistics.Round(fps) : null,
            Statistics.Round((double)_rounds.Sum(r => r.People) / frames), _rounds.Count, runs);
    }

    private IEnumerable<OrtBinding> Bindings() => _rig.Pipeline.Sessions.SelectMany(s => s.Bindings);

    /// <summary>Processor seconds of this process and of ffmpeg.</summary>
    private static double Cpu() => Environment.CpuUsage.TotalTime.TotalSeconds + MachineMeter.Children().Cpu;
}
