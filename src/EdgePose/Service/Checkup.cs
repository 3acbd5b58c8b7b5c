using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using EdgePose.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Service;

internal enum Verdict { Ok, Warning, Error }

/// <summary>One line of <c>edgepose check</c>.</summary>
/// <param name="Section">What was looked at: config, runtime, models, spool, broker, cameras.</param>
/// <param name="Verdict">Errors make the check fail.</param>
/// <param name="Text">Redacted.</param>
internal sealed record Finding(string Section, Verdict Verdict, string Text);

/// <summary>The result of <c>edgepose check</c>; <see cref="Code"/> is the exit code of the gravest finding.</summary>
internal sealed record CheckReport(string Path, int Errors, int Warnings, int ExitCode, IReadOnlyList<Finding> Findings);

/// <summary>Everything that can be known before running.</summary>
internal sealed class Checkup(RunRequest request, bool offline, bool strict, TimeProvider time)
{
    /// <summary>Days before its end from which a certificate is warned about.</summary>
    private const int CertificateWarning = 30;

    private readonly List<Finding> _findings = [];
    private ExitCode _code = ExitCode.Ok;

    public async Task<CheckReport> RunAsync(CancellationToken stop)
    {
        var loaded = ConfigLoader.Load(request.ConfigPath, new LoadOptions { Overrides = request.Overrides });
        foreach (var problem in loaded.Problems) { AddProblem("config", problem, ExitCode.Configuration); }
        if (loaded.Config is { } config)
        {
            var redactor = new Redactor();
            redactor.Register(config.Secrets);
            if (_findings.Count == 0) { Add("config", Verdict.Ok, $"{config.Path}: {config.Streams.Count} streams, hash {config.Hash}"); }
            foreach (var problem in ConfigCheck.Files(loaded)) { AddProblem("config", problem, ExitCode.Configuration); }
            await RuntimeAsync(config, stop).ConfigureAwait(false);
            Models(loaded, config);
            if (config.Mqtt.Host.Length > 0) { Spool(config); }
            if (!offline)
            {
                await BrokerAsync(config, redactor, stop).ConfigureAwait(false);
                await CamerasAsync(config, redactor, stop).ConfigureAwait(false);
            }
        }
        var (errors, warnings) = (_findings.Count(f => f.Verdict == Verdict.Error), _findings.Count(f => f.Verdict == Verdict.Warning));
        if (strict && warnings > 0 && _code == ExitCode.Ok) { _code = ExitCode.Configuration; }
        return new CheckReport(request.ConfigPath, errors, warnings, (int)_code, _findings);
    }

    private async Task RuntimeAsync(EdgePoseConfig config, CancellationToken stop)
    {
        var ffmpeg = await FfmpegVersion.ReadAsync(stop).ConfigureAwait(false);
        var missing = ffmpeg.Length == 0;
        Add("runtime", missing ? Verdict.Error : Verdict.Ok, missing ? "ffmpeg is not installed; try: sudo apt-get install ffmpeg" : $"ffmpeg {ffmpeg}", ExitCode.Source);
        Try("runtime", () =>
        {
            OrtRuntime.Initialize(config.Inference.RuntimeLibrary);
            return $"onnxruntime {OrtRuntime.Version} from {OrtRuntime.Path}";
        });
    }

    private void Models(ConfigResult loaded, EdgePoseConfig config)
    {
        using var store = ModelStore.Load(config.Models.Folders, config.Inference.Requiring(request.RequireProvider), config.Quantization);
        foreach (var problem in store.Catalog.Problems) { AddProblem("models", problem, ExitCode.Model); }
        var wrong = ConfigCheck.Models(loaded, store.Catalog);
        foreach (var problem in wrong) { AddProblem("models", problem, ExitCode.Model); }
        if (wrong.Any(p => p.Severity == Severity.Error)) { return; }
        var used = config.Streams.Where(s => s.Enabled).Select(s => ConfigCheck.Resolve(s, store.Catalog)).SelectMany(m => new[] { m.Pose, m.Detector });
        foreach (var model in used.OfType<ModelDescriptor>().DistinctBy(m => m.Name))
        {
            Try("models", () =>
            {
                var session = store.Open(model);
                var fallback = session.Fallbacks.Count > 0 ? $" (not used: {string.Join("; ", session.Fallbacks)})" : "";
                return $"{model.Name}: hash and contract ok, runs on {session.Provider}{fallback}{(model.Quantization is { } card ? "; " + CardRule.Describe(card) : "")}";
            });
            if (CardRule.Advice(model, store.Sessions) is { } advice) { Add("models", Verdict.Warning, advice); }
        }
    }

    private async Task BrokerAsync(EdgePoseConfig config, Redactor redactor, CancellationToken stop)
    {
        if (config.Mqtt.Host.Length == 0) { return; }
        var options = config.Mqtt;
        // Under the daemon's own id the check would throw a running daemon out.
        options = options with { ClientId = options.ClientId + "-check" };
        await using var transport = new MqttTransport(options, time, NullLogger<MqttTransport>.Instance);
        var found = await new BrokerCheck(transport, options, new Topics(config.MqttSink.Prefix, config.Node), time).RunAsync(stop).ConfigureAwait(false);
        if (!found.Broker.IsConnected) { Add("broker", Verdict.Error, redactor.Redact(found.Broker.Reason), ExitCode.Broker); }
        else if (found.Permission is { Length: > 0 } why) { Add("broker", Verdict.Error, why, ExitCode.Broker); }
        else { Add("broker", Verdict.Ok, $"{options.Host}:{options.Port}: connected, publishing works"); }
        if (found.CertificateUntil is not { } until) { return; }
        var days = (int)Math.Floor((until - time.GetUtcNow()).TotalDays);
        Add("broker", days < CertificateWarning ? Verdict.Warning : Verdict.Ok, $"the broker's certificate is valid for {days} more days");
    }

    private void Spool(EdgePoseConfig config)
    {
        var finding = SpoolFolder.Check(config.Spool, Environment.GetEnvironmentVariable);
        Add(finding.Section, finding.Verdict, finding.Text, ExitCode.Configuration);
    }

    private async Task CamerasAsync(EdgePoseConfig config, Redactor redactor, CancellationToken stop)
    {
        foreach (var stream in config.Streams.Where(s => s.Enabled))
        {
            var source = stream.Source;
            var probe = new SourceProbe(new FfmpegTools(), redactor.Redact, time);
            var result = await probe.ProbeAsync(source.SubStream.Length > 0 ? source with { Url = source.SubStream } : source, SourceProbe.DefaultTimeout, stop).ConfigureAwait(false);
            if (result.State == StreamState.NotFound && source.SubStream.Length > 0)
            {
                Add("cameras", Verdict.Warning, $"{stream.Id}: the camera has no such sub-stream; url is read instead");
                result = await probe.ProbeAsync(source, SourceProbe.DefaultTimeout, stop).ConfigureAwait(false);
            }
            if (result.Format is { } f) { Add("cameras", Verdict.Ok, $"{stream.Id}: {f.Codec} {f.Width}x{f.Height}, {f.FramesPerSecond:0.##} fps announced"); }
            else { Add("cameras", Verdict.Error, $"{stream.Id}: {result.Reason}", ExitCode.Source); }
        }
    }

    private void Try(string section, Func<string> look)
    {
        try { Add(section, Verdict.Ok, look()); }
        catch (UserError e)
        {
            Add(section, Verdict.Error, e.Hint.Length > 0 ? $"{e.Message}; try: {e.Hint}" : e.Message, e.Code);
        }
    }

    private void AddProblem(string section, ConfigProblem problem, ExitCode code) =>
        Add(section, problem.Severity == Severity.Error ? Verdict.Error : Verdict.Warning, problem.ToString(), code);

    private void Add(string section, Verdict verdict, string text, ExitCode code = ExitCode.Ok)
    {
        _findings.Add(new Finding(section, verdict, text));
        if (verdict == Verdict.Error && _code == ExitCode.Ok) { _code = code; }
    }
}
