using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Service.Configuration;
using EdgePose.Service.Observe;
using EdgePose.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Serilog;

namespace EdgePose.Service;

/// <summary>What <c>edgepose run</c> was asked for.</summary>
internal sealed record RunRequest
{
    public required string ConfigPath { get; init; }
    public IReadOnlyList<string> Overrides { get; init; } = [];
    public string RequireProvider { get; init; } = "";

    /// <summary>Messages as JSON lines on standard output, no broker.</summary>
    public bool Stdout { get; init; }

    /// <summary>Ends after the last recording instead of waiting for a signal.</summary>
    public bool UntilEnd { get; init; }

    /// <summary>Whether the log shows stack traces.</summary>
    public bool Traces { get; init; }

    /// <summary>Overrides log.level; empty = as configured.</summary>
    public string LogLevel { get; init; } = "";
}

/// <summary>Loads, wires and runs the daemon inside the generic host.</summary>
internal static class DaemonRunner
{
    public static async Task<ExitCode> RunAsync(RunRequest request, CancellationToken stop)
    {
        var redactor = new Redactor();
        using var reloads = new ReloadRequests();
        // Before anything that takes time: a hang-up that nobody takes ends the process.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => { context.Cancel = true; reloads.Request(); });
        var config = Load(request, redactor, Console.Error);
        if (ProcessLimits.Find(config.Streams.Count) is { } limit) { throw new UserError(ExitCode.Failed, limit.Problem, limit.Hint); }
        var level = request.LogLevel.Length > 0 ? request.LogLevel : config.Log.Level;
        var control = new LogControl(request.LogLevel.Length > 0);
        await using var log = LogSetup.Create(level, config.Log.Format, redactor, control, request.Traces);
        await using var output = request.Stdout ? StandardOutput.Open() : null;
        var exit = new DaemonExit { StopWhenSourcesEnd = request.UntilEnd };

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSerilog(log);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<IHostLifetime, ServiceLifetime>().AddSingleton(exit).AddSingleton(reloads).AddSingleton(control);
        // The notifier alone: AddSystemd acts only under a parent named systemd, says READY too early and takes SIGTERM for itself.
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        builder.Services.AddSingleton(services => new SystemdNotify(services.GetRequiredService<ISystemdNotifier>(), Environment.GetEnvironmentVariable));
        builder.Services.AddSingleton(services => new PipelineOptions(request.RequireProvider, output) { Spool = services.GetService<DurableSpool>() });
        if (!request.Stdout) { builder.Services.AddSingleton(services => Spool(config, services)); }
        builder.Services.AddSingleton(services => new Observatory(
            services.GetRequiredService<PipelineOptions>().Metrics, Environment.GetEnvironmentVariable, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddSingleton(services => Build(config, services));
        builder.Services.AddSingleton<Func<EdgePoseConfig>>(() => Load(request, redactor, TextWriter.Null));
        builder.Services.AddSingleton<Daemon>().AddHostedService(services => services.GetRequiredService<Daemon>());
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
        using var host = builder.Build();
        await using var services = (IAsyncDisposable)host;
        // Built here and not by the host, which would log what the verb says.
        try { _ = host.Services.GetRequiredService<Daemon>(); }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop while networks were opened; nothing runs yet.
            return ExitCode.Ok;
        }
        // A signal during the start does not cut it short: what was built is stopped in order, as later.
        await host.StartAsync(CancellationToken.None);
        await host.WaitForShutdownAsync(stop);
        if (exit.Failure is { } failure) { ExceptionDispatchInfo.Throw(failure); }
        return ExitCode.Ok;

        Pipeline Build(EdgePoseConfig loaded, IServiceProvider services) =>
            Pipeline.Build(loaded, services.GetRequiredService<PipelineOptions>(), redactor, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<TimeProvider>(), stop);
    }

    /// <summary>Opened once for the life of the process: other settings of it count from the next start.</summary>
    /// <exception cref="UserError">Another process uses it.</exception>
    private static DurableSpool Spool(EdgePoseConfig config, IServiceProvider services)
    {
        var time = services.GetRequiredService<TimeProvider>();
        var clock = new ClockState(time);
        return DurableSpool.Open(
            SpoolFolder.Options(config.Spool, Environment.GetEnvironmentVariable), time, () => clock.IsSynced,
            services.GetRequiredService<ILogger<DurableSpool>>());
    }

    /// <summary>The checked configuration; warnings go to <paramref name="notes"/>.</summary>
    /// <exception cref="UserError">Every error of the file, one per line.</exception>
    internal static EdgePoseConfig Load(RunRequest request, Redactor redactor, TextWriter notes)
    {
        var loaded = ConfigLoader.Load(request.ConfigPath, new LoadOptions { Overrides = request.Overrides });
        if (loaded.Config is not { } config)
        {
            throw new UserError(ExitCode.Configuration, string.Join('\n', loaded.Problems), $"edgepose check --config {request.ConfigPath}");
        }
        redactor.Register(config.Secrets);
        foreach (var warning in loaded.Problems) { notes.WriteLine(redactor.Redact(warning.ToString())); }
        return config;
    }
}
