using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Models;
using EdgePose.Networks.Scheduling;
using EdgePose.People;
using EdgePose.Service;
using EdgePose.Service.Configuration;
using EdgePose.Settings;

namespace EdgePose.Workshop.Evaluation;

/// <summary>A clip as the source of a configured stream: the daemon's own pipeline with that stream's settings.</summary>
internal sealed class ClipStream : IDisposable
{
    /// <summary>Name of the stream where no configuration is given.</summary>
    private const string Unnamed = "clip";

    private readonly EdgePoseConfig _config;
    private readonly ModelStore _models;
    private readonly ModelDescriptor _pose;
    private readonly ModelDescriptor? _detector;

    /// <exception cref="UserError">Configuration or models cannot be used.</exception>
    public ClipStream(ClipRequest request)
    {
        _config = Load(request, out var id);
        var stream = _config.Streams.First(s => s.Id == id);
        Stream = request.Fps is { } fps ? stream with { Source = stream.Source with { Fps = fps } } : stream;
        Quality = Ladder.For(1)[request.Rung];
        _models = ModelStore.Load([.. request.Folders, .. _config.Models.Folders], _config.Inference, _config.Quantization);
        try
        {
            (_pose, _detector) = ConfigCheck.Resolve(Stream, _models.Catalog);
            // What is played at its own pace in the daemon is skipped there; here the clip only comes faster.
            People = StreamPeople.Build(Stream, _config, _models);
        }
        catch
        {
            _models.Dispose();
            throw;
        }
    }

    public StreamConfig Stream { get; }
    public PeoplePipeline People { get; }

    /// <summary>What the load controller grants all the time.</summary>
    public Quality Quality { get; }
    public bool IsBottomUp => _detector is null;

    /// <summary>First digits of the configuration's SHA-256.</summary>
    public string ConfigHash => _config.Hash;

    /// <summary>The settings that count, and in what this run differs from the daemon's.</summary>
    public IReadOnlyList<string> Notes()
    {
        var (tracker, planning) = (Stream.Tracker(_config.Tracking, _pose.Decode.JointThreshold), Stream.Planning(_config.Tracking, _pose.Decode.JointThreshold));
        var tracking = _config.Tracking.Enabled
            ? string.Create(CultureInfo.InvariantCulture, $"people are taken up from score {tracker.HighScore} and kept from {tracker.LowScore}")
            : "no tracker";
        var size = IsBottomUp ? $"short side {ShortSide}, refine on" : $"longest side {Stream.MaxSize}";
        return
        [
            string.Create(CultureInfo.InvariantCulture,
                $"as the daemon runs the stream {Stream.Id}: {tracking}, published from {_config.Listing.MinScore}; skipping {(planning.Enabled ? "on" : "off")}; {size}"),
            $"unlike the daemon: no frame is dropped, however long the networks take, and the load ladder stays on rung {Quality.Step} (--rung)",
        ];
    }

    /// <summary>What the report says about the networks.</summary>
    public RunFigures Describe(TimeSpan time, int frames) => new()
    {
        Model = Use(_pose), Detector = _detector is null ? null : Use(_detector), Boxes = IsBottomUp ? null : "detector",
        Profile = DecodeProfiles.Words.Of(Stream.Pose.Profile), Flip = IsBottomUp ? Stream.Pose.Flip : null,
        Refine = IsBottomUp ? BottomUpOptions.For(Stream.Pose, _config.Tracking.Enabled).RefineMissing : null, ShortSide = IsBottomUp ? ShortSide : null,
        Threads = _config.Inference.Threads > 0 ? _config.Inference.Threads : Environment.ProcessorCount,
        Seconds = Math.Round(time.TotalSeconds, 2), PerSecond = Math.Round(frames / Math.Max(1e-9, time.TotalSeconds), 2),
    };

    public void Dispose() => _models.Dispose();

    private int ShortSide => MultiScaleGeometry.ShortSide(Stream.Pose.ShortSide > 0 ? Stream.Pose.ShortSide : _pose.Input.Height);

    private ModelUse Use(ModelDescriptor model)
    {
        var session = _models.Open(model);
        return new ModelUse(model.Name, ModelFile.ExpectedSha256(model), session.Provider, session.Fallbacks);
    }

    private static EdgePoseConfig Load(ClipRequest request, out string stream)
    {
        var given = request.ConfigPath.Length > 0 ? Parse(request, []) : null;
        stream = given is null ? Unnamed : Choose(given, request.Stream);
        List<string> overrides = [.. request.Overrides];
        foreach (var (key, value) in request.StreamKeys) { overrides.Add($"streams.{stream}.{key}={value}"); }
        return Parse(request, overrides);
    }

    private static EdgePoseConfig Parse(ClipRequest request, IReadOnlyList<string> overrides)
    {
        var options = new LoadOptions { Overrides = overrides, RequireSecrets = false };
        // JSON's text notation is YAML's too.
        var alone = $"streams: {{ {Unnamed}: {{ url: \"{JsonEncodedText.Encode(Path.GetFullPath(request.Clip))}\" }} }}";
        var loaded = request.ConfigPath.Length > 0 ? ConfigLoader.Load(request.ConfigPath, options) : ConfigLoader.Parse(Encoding.UTF8.GetBytes(alone), Unnamed, options);
        return loaded.Config ?? throw new UserError(ExitCode.Configuration, string.Join('\n', loaded.Problems), "edgepose check --config FILE");
    }

    private static string Choose(EdgePoseConfig config, string wanted)
    {
        var names = string.Join(", ", config.Streams.Select(s => s.Id));
        if (wanted.Length > 0)
        {
            return config.Streams.Any(s => s.Id == wanted) ? wanted : throw new UserError(ExitCode.Usage, $"{config.Path} has no stream {wanted}; it has {names}");
        }
        return config.Streams is [var only] ? only.Id : throw new UserError(ExitCode.Usage, $"{config.Path} has several streams", $"--stream, one of {names}");
    }
}
