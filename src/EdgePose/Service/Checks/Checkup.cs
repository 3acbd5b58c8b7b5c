using EdgePose.Domain;
using EdgePose.Service.Configuration;

namespace EdgePose.Service.Checks;

/// <summary>Everything that can be known before running.</summary>
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
        await RuntimeCheck.RunAsync(config.Inference, _findings, stop).ConfigureAwait(false);
        ModelsCheck.Run(loaded, config, request.RequireProvider, _findings);
        if (config.Sinks.Any(s => s.IsOn)) { _findings.Add(SpoolLook.At(config.Spool, Environment.GetEnvironmentVariable), ExitCode.Configuration); }
        if (offline) { return; }
        await BrokerLook.RunAsync(config, redactor, _findings, time, stop).ConfigureAwait(false);
        await CamerasCheck.RunAsync(config, redactor, _findings, time, stop).ConfigureAwait(false);
    }
}
