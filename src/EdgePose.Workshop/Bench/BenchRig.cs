using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Scheduling;
using EdgePose.Networks.TopDown;
using EdgePose.Service;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Delivery.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Workshop.Bench;

/// <summary>The daemon's own pipeline with a number of equal streams; its messages go nowhere.</summary>
internal sealed class BenchRig : IAsyncDisposable
{
    private const int SyntheticWidth = 1280, SyntheticHeight = 720, WarmFrames = 5;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1), WarmUpLimit = TimeSpan.FromSeconds(60), Poll = TimeSpan.FromMilliseconds(20);

    private readonly BenchRequest _request;
    private readonly bool _asFastAsPossible;
    private readonly PipelineOptions _options;
    private readonly TimeProvider _time;
    private SyntheticCamera? _camera;

    private BenchRig(BenchRequest request, int streams, bool asFastAsPossible, TimeProvider time)
    {
        (_request, _asFastAsPossible, _time) = (request, asFastAsPossible, time);
        var config = Configure(request, streams, asFastAsPossible);
        _options = new PipelineOptions("", Stream.Null) { Replace = (estimator, detector) => Adapt(config, estimator, detector) };
        Pipeline = Pipeline.Build(config, _options, new Redactor(), NullLoggerFactory.Instance, time);
    }

    public Pipeline Pipeline { get; }

    /// <summary>Opens the networks; nothing runs yet.</summary>
    /// <param name="request">Networks and source.</param>
    /// <param name="streams">Number of streams.</param>
    /// <param name="asFastAsPossible">No frame is lost and none is waited for, instead of the request's rate.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="UserError">A model or an option is unusable.</exception>
    public static BenchRig Prepare(BenchRequest request, int streams, bool asFastAsPossible, TimeProvider time) => new(request, streams, asFastAsPossible, time);

    /// <summary>As <see cref="Prepare"/>, and starts the streams.</summary>
    public static BenchRig Start(BenchRequest request, int streams, bool asFastAsPossible, TimeProvider time)
    {
        var rig = new BenchRig(request, streams, asFastAsPossible, time);
        var info = new NodeInfo { Version = "", ConfigHash = "", Boot = "", Started = time.GetUtcNow(), Models = [], Streams = [] };
        rig.Pipeline.Start(info, rig._camera is { } camera ? (unit, stop) => rig.FeedAsync(camera, unit, stop) : null);
        return rig;
    }

    private IPoseEstimator Adapt(EdgePoseConfig config, IPoseEstimator estimator, PersonDetector? detector)
    {
        if (_request.IsSynthetic && _camera is null)
        {
            var (width, height) = estimator.PreferredFrame(SyntheticWidth, SyntheticHeight);
            _camera = new SyntheticCamera(width, height);
        }
        return _request.People is { } people && detector is not null && estimator is IBoxEstimator inner
            ? new GivenBoxes(inner, detector, people, config.Streams[0].Pose.DetectEvery) : estimator;
    }

    /// <summary>Waits until every stream has had its first frames: ffmpeg's start and the first runs of a network are no measure of anything.</summary>
    /// <exception cref="UserError">A stream gives no frames.</exception>
    public async Task WarmUpAsync(CancellationToken stop)
    {
        var start = _time.GetTimestamp();
        while (Pipeline.Streams.Any(s => s.Scheduled.Processed < WarmFrames) || _time.GetElapsedTime(start) < WarmUp)
        {
            await Task.Delay(Poll, _time, stop).ConfigureAwait(false);
            if (Pipeline.Streams.FirstOrDefault(s => s.Scheduled.Failed > 0) is not null)
            {
                throw new UserError(ExitCode.Failed, "the networks fail on these frames", "edgepose models verify");
            }
            var broken = Pipeline.Streams.FirstOrDefault(s => s.Status.State is StreamState.NotFound or StreamState.Failed);
            if (broken is null && _time.GetElapsedTime(start) < WarmUpLimit) { continue; }
            broken ??= Pipeline.Streams.First(s => s.Scheduled.Processed < WarmFrames);
            throw new UserError(ExitCode.Source, $"the source gives no frames: {Service.Observe.Words.Snake(broken.Status.State)} {broken.Status.Reason}".TrimEnd(), "edgepose probe FILE");
        }
    }

    private async Task FeedAsync(SyntheticCamera camera, StreamUnit unit, CancellationToken stop)
    {
        // Real cameras do not take their pictures at the same instant.
        var index = Enumerable.Range(0, Pipeline.Streams.Count).First(i => Pipeline.Streams[i] == unit);
        try
        {
            await (_asFastAsPossible
                ? camera.RunAsFastAsPossibleAsync(unit, _time, stop)
                : camera.RunAsync(unit, _request.Fps, (double)index / Pipeline.Streams.Count, _time, stop)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The way in which a camera is told to end.
            return;
        }
    }

    private static EdgePoseConfig Configure(BenchRequest request, int streams, bool asFastAsPossible)
    {
        var source = request.IsSynthetic ? "/synthetic.mp4" : Path.GetFullPath(request.Source);
        var yaml = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"node: bench\ninference: {{ threads: {request.Threads}, providers: [{request.Provider}] }}\nposes: {{ max_rate: 240 }}\npose: {{ model: {Quote(request.Model)}"));
        if (request.Detector.Length > 0) { yaml.Append(CultureInfo.InvariantCulture, $", detector: {Quote(request.Detector)}"); }
        yaml.Append(" }\n");
        if (request.Provider != "auto") { yaml.Insert(yaml.ToString().IndexOf("providers:", StringComparison.Ordinal), $"require_provider: {request.Provider}, "); }
        if (request.Folders.Count > 0) { yaml.Append(CultureInfo.InvariantCulture, $"models: {{ folders: [{string.Join(", ", request.Folders.Select(f => Quote(Path.GetFullPath(f))))}] }}\n"); }
        yaml.Append("streams:\n");
        var pace = asFastAsPossible ? "pace: max, fps: 0" : string.Create(CultureInfo.InvariantCulture, $"pace: realtime, fps: {request.Fps}");
        for (var i = 0; i < streams; i++) { yaml.Append(CultureInfo.InvariantCulture, $"  s{i}: {{ url: {Quote(source)}, loop: true, {pace} }}\n"); }
        var loaded = ConfigLoader.Parse(Encoding.UTF8.GetBytes(yaml.ToString()), "bench");
        return loaded.Config ?? throw new UserError(ExitCode.Usage, string.Join('\n', loaded.Problems.Select(p => p.ToString())), "edgepose bench --help");
    }

    // JSON's text notation is YAML's too.
    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    public async ValueTask DisposeAsync()
    {
        await Pipeline.DisposeAsync().ConfigureAwait(false);
        _options.Metrics.Dispose();
    }
}
