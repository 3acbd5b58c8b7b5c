using EdgePose.Domain;
using EdgePose.Service.Configuration;

namespace EdgePose.Service.Checks;

/// <summary>Everything that can be known before running.</summary>
/// <param name="request">What is checked; with <see cref="RunRequest.Stdout"/> a broker is not needed.</param>
/// <param name="offline">No camera and no broker is asked.</param>
/// <param name="strict">Warnings fail the check as well.</param>
/// <param name="time">Clock.</param>
internal sealed class Checkup(RunRequest request, bool offline, bool strict, TimeProvider time)
{
    private readonly Findings _findings = new();

    public async Task<CheckReport> RunAsync(CancellationToken stop)
    {
        var loaded = ConfigLoader.Load(request.ConfigPath, new LoadOptions { Overrides = request.Overrides });
        foreach (var problem in loaded.Problems) { _findings.Add("config", problem, ExitCode.Configuration); }
        if (loaded.Config is { } config) { await LookAsync(loaded, config, stop).ConfigureAwait(false); }
        return _findings.Report(request.ConfigPath, strict);
    }

    private async Task LookAsync(ConfigResult loaded, EdgePoseConfig config, CancellationToken stop)
    {
        var redactor = new Redactor();
        redactor.Register(config.Secrets);
        if (_findings.IsEmpty) { _findings.Add("config", Verdict.Ok, $"{config.Path}: {config.Streams.Count} streams, hash {config.Hash}"); }
        foreach (var problem in ConfigCheck.Files(loaded)) { _findings.Add("config", problem, ExitCode.Configuration); }
        var hasSink = config.Sinks.Any(s => s.IsOn);
        if (!hasSink && !request.Stdout) { _findings.Add("config", Verdict.Warning, $"{config.Path}  {Pipeline.NoSink}: edgepose run ends with an error; {Pipeline.NoSinkHint}  [warning]"); }
        await RuntimeCheck.RunAsync(config.Inference, _findings, stop).ConfigureAwait(false);
        ModelsCheck.Run(loaded, config, request.RequireProvider, _findings);
        if (hasSink && !request.Stdout) { _findings.Add(SpoolLook.At(config.Spool, Environment.GetEnvironmentVariable), ExitCode.Configuration); }
        if (config.Record.Folder.Length > 0 && config.Streams.Any(s => s is { Enabled: true, Record: true }))
        {
            var most = config.Record.MaxSize * config.Streams.Count(s => s is { Enabled: true, Record: true });
            _findings.Add(FolderLook.At("record", "record.folder", config.Record.Folder, most), ExitCode.Configuration);
        }
        if (offline) { return; }
        await BrokerLook.RunAsync(config, redactor, _findings, time, stop).ConfigureAwait(false);
        await CamerasCheck.RunAsync(config, redactor, _findings, time, stop).ConfigureAwait(false);
    }
}
