using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Evaluation.Tracks;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Workshop.Evaluation;

/// <summary>Runs a stream of the daemon over a clip, from ingest to who is published, and measures the identities.</summary>
internal static class ClipEvaluation
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <exception cref="UserError">Clip, ground truth or models cannot be used.</exception>
    public static async Task<TrackReport> RunAsync(ClipRequest request, IProgress<EvalProgress> progress, TimeProvider time, CancellationToken stop)
    {
        if (!File.Exists(request.Clip)) { throw new UserError(ExitCode.Source, $"{request.Clip} does not exist"); }
        var dataset = DatasetReader.Read(request.Truth);
        using var stream = new ClipStream(request);
        var truth = new ClipTruth(dataset, stream.People.Skeleton);
        var run = new Run(request, stream, truth, progress, time);
        var started = time.GetTimestamp();
        await run.ReadAsync(stop).ConfigureAwait(false);
        var elapsed = time.GetElapsedTime(started);
        if (run.Scored == 0) { throw new UserError(ExitCode.Source, $"no frame of {request.Clip} has ground truth in {request.Truth}"); }
        return new TrackReport
        {
            Truth = request.Truth, TruthSha256 = dataset.Sha256, Source = request.Clip, Fps = Math.Round(run.Rate, 3), Notes = Notes(dataset, stream, truth),
            Stream = stream.Stream.Id, Config = request.ConfigPath.Length > 0 ? request.ConfigPath : null, ConfigHash = request.ConfigPath.Length > 0 ? stream.ConfigHash : null,
            Rules = "people with a labelled joint and a quarter inside the frame count; tracks paired with others or inside crowd regions are left out",
            Figures = [TrackFigures.Of("iou", truth.ByBox), TrackFigures.Of("oks", truth.ByPose)], Listed = run.Listed, Run = stream.Describe(elapsed, run.Scored),
        };
    }

    /// <summary>Measures a file of tracks against another, boxes by IoU.</summary>
    public static TrackReport Measure(string truthPath, string resultsPath, string rules)
    {
        if (!Enum.TryParse<MotRules>(rules, ignoreCase: true, out var given)) { throw new UserError(ExitCode.Usage, $"--rules {rules}: auto, mot15, mot16 or ignore is possible"); }
        var (truth, results) = (MotFile.Read(truthPath), MotFile.Read(resultsPath));
        var used = given == MotRules.Auto ? MotFile.Detect(truth) : given;
        return new TrackReport
        {
            Truth = truthPath, TruthSha256 = DataFile.Hash(DataFile.Read(truthPath)), Source = resultsPath, Rules = used.ToString().ToLowerInvariant(),
            Figures = [TrackFigures.Of("iou", MotFile.Frames(truth, results, used))], Notes = [],
        };
    }

    private static List<string> Notes(Dataset dataset, ClipStream stream, ClipTruth truth)
    {
        var notes = new List<string>(stream.Notes()) { "oks: OKS-MOTA and the like, pairs by object key-point similarity from .5" };
        if (stream.IsBottomUp) { notes.Add("iou: the boxes of bottom-up models are the extents of the joints, smaller than the annotated ones"); }
        if (truth.CommonJoints < dataset.Skeleton.Count) { notes.Add($"oks: over the {truth.CommonJoints} joints that {dataset.Skeleton.Name} shares with {stream.People.Skeleton.Name}"); }
        return notes;
    }

    /// <summary>One pass over the clip.</summary>
    private sealed class Run
    {
        private readonly ClipRequest _request;
        private readonly ClipTruth _truth;
        private readonly ClipStream _stream;
        private readonly IProgress<EvalProgress> _progress;
        private readonly TimeProvider _time;
        private double _sourceRate;
        private long _firstTicks;
        private double _lastSeconds = double.NaN;
        private int _measured, _propagated, _held;

        public Run(ClipRequest request, ClipStream stream, ClipTruth truth, IProgress<EvalProgress> progress, TimeProvider time) =>
            (_request, _stream, _truth, _progress, _time) = (request, stream, truth, progress, time);

        /// <summary>Frames that were processed and have ground truth.</summary>
        public int Scored { get; private set; }

        public ListedFigures Listed => new(_measured, _propagated, _held, _stream.People.DetectorRuns, _stream.People.PoseRuns);

        /// <summary>Frames per second that were processed.</summary>
        public double Rate => Fps > 0 ? Math.Min(Fps, _sourceRate) : _sourceRate;

        private double Fps => _stream.Stream.Source.Fps;

        public async Task ReadAsync(CancellationToken stop)
        {
            var source = _stream.Stream.Source with
            {
                Url = Path.GetFullPath(_request.Clip),
                SubStream = "",
                User = "",
                Password = null,
                CameraTime = false,
                Loop = false,
                Pace = SourcePace.Max,
                Fps = 0,
                FrameSize = _stream.People.PreferredFrame,
            };
            var probed = await new SourceProbe(new FfmpegTools(), static t => t, _time).ProbeAsync(source, SourceProbe.DefaultTimeout, stop).ConfigureAwait(false);
            if (probed.Format is not { } format) { throw new UserError(ExitCode.Source, $"{_request.Clip}: {probed.Reason}"); }
            _sourceRate = format.FramesPerSecond > 0 ? format.FramesPerSecond : 25;
            using var slot = new FrameSlot(FullPolicy.Wait);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var supervisor = new StreamSupervisor(source, slot, static _ => { }, static t => t, _time, NullLogger.Instance);
            var reading = supervisor.RunAsync(end.Token);
            try
            {
                await ConsumeAsync(slot, supervisor, reading, stop).ConfigureAwait(false);
            }
            finally
            {
                await end.CancelAsync().ConfigureAwait(false);
                // Told to end: ffmpeg is gone when this returns.
                await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        private async Task ConsumeAsync(FrameSlot slot, StreamSupervisor supervisor, Task reading, CancellationToken stop)
        {
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                var ended = reading.IsCompleted;
                if (slot.TryTake() is { } frame)
                {
                    using (frame) { Process(frame); }
                    continue;
                }
                if (ended) { return; }
                var status = supervisor.Status;
                if (status.State is not (StreamState.Starting or StreamState.Online or StreamState.Disabled))
                {
                    throw new UserError(ExitCode.Source, $"{_request.Clip}: {status.Reason}");
                }
                // Frames come while the last one is processed; only at the start and the end is there anything to wait for.
                await Task.WhenAny(reading, Task.Delay(slot.Received == 0 ? Poll : TimeSpan.FromMilliseconds(1), _time, stop)).ConfigureAwait(false);
            }
        }

        private void Process(Frame frame)
        {
            var index = (int)frame.Info.Sequence;
            if (index == 0) { _firstTicks = frame.Info.CapturedTicks; }
            // A frame's own time in the clip: the rate that a clip announces is a mean at best.
            var seconds = _time.GetElapsedTime(_firstTicks, frame.Info.CapturedTicks).TotalSeconds;
            var wanted = IsWanted(seconds);
            _lastSeconds = seconds;
            if (!wanted) { return; }
            var people = _stream.People;
            if (!people.Process(frame, seconds, _stream.Quality)) { people.People.Clear(); }
            Count(people.People);
            if (_truth.Add(index, frame.Width, frame.Height, people.People)) { Scored++; }
            _progress.Report(new EvalProgress(index + 1, _truth.Count));
        }

        private void Count(TrackedPoseList people)
        {
            for (var i = 0; i < people.Count; i++)
            {
                switch (people[i].Source)
                {
                    case PoseSource.Measured: _measured++; break;
                    case PoseSource.Propagated: _propagated++; break;
                    case PoseSource.Held: _held++; break;
                    default: throw new UnreachableException($"source {people[i].Source}");
                }
            }
        }

        // The first frame of each 1/fps interval, as ingest thins out a stream.
        private bool IsWanted(double seconds) => Fps <= 0 || double.IsNaN(_lastSeconds) || Interval(seconds) != Interval(_lastSeconds);

        // Containers round times to milliseconds.
        private double Interval(double seconds) => Math.Floor((seconds + 0.001) * Fps);
    }
}
