using EdgePose.Domain;
using EdgePose.Service;
using EdgePose.Service.Configuration;
using EdgePose.Tests.Service.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Service;

/// <summary>The life of the worker with a pipeline that has no camera, watched through systemd's socket.</summary>
public sealed class DaemonTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daemon-").FullName;
    private readonly NotifySocket _systemd;
    private readonly SystemdNotify _notify;
    private readonly Lifetime _lifetime = new();
    private readonly DaemonExit _exit = new();
    private int _built;

    public DaemonTests()
    {
        _systemd = new NotifySocket(Path.Combine(_folder, "notify"));
        _notify = new SystemdNotify(_systemd.Notifier(), NotifySocket.Environment("4000000"));
    }

    private readonly ReloadRequests _reloads = new();

    private EdgePoseConfig Load(string node = "hall")
    {
        _built++;
        return Loading.Good($"node: {node}\nstreams:\n  front: {{ url: rtsp://cam.lan/x, enabled: false }}\n");
    }

    private Pipeline Build()
    {
        return Pipeline.Build(Load(), new PipelineOptions("", Stream.Null), new Redactor(), NullLoggerFactory.Instance, TimeProvider.System);
    }

    private Daemon New(Func<EdgePoseConfig> load, DaemonExit? exit = null, TimeProvider? time = null) =>
        new(Build(), load, _reloads, exit ?? _exit, _notify, time ?? TimeProvider.System, _lifetime, NullLogger<Daemon>.Instance);

    [Fact]
    public async Task Run_UntilStopped_SaysReadyLivesAndStopsWithoutFailure()
    {
        using var daemon = New(() => Load());
        await daemon.StartAsync(CancellationToken.None);
        Assert.Equal("READY=1\nSTATUS=0 streams", _systemd.ReceiveUntil("READY=1"));
        _systemd.ReceiveUntil("WATCHDOG=1");
        await daemon.StopAsync(CancellationToken.None);
        _systemd.ReceiveUntil("STOPPING=1");
        Assert.Null(_exit.Failure);
        Assert.True(_lifetime.Stopped);
    }

    [Fact]
    public async Task Reload_GoodConfiguration_IsExchanged()
    {
        using var daemon = New(() => Load("porch"));
        await daemon.StartAsync(CancellationToken.None);
        _systemd.ReceiveUntil("READY=1");
        Parallel.For(0, 50, _ => _reloads.Request());
        _systemd.ReceiveUntil("RELOADING=1");
        Assert.Equal("READY=1\nSTATUS=0 streams", _systemd.ReceiveUntil("READY=1"));
        Assert.InRange(_built, 2, 3);
        await daemon.StopAsync(CancellationToken.None);
        Assert.Null(_exit.Failure);
    }

    [Fact]
    public async Task Reload_BadConfiguration_GoesOnWithTheFormerOne()
    {
        using var daemon = New(() => throw new UserError(ExitCode.Configuration, "line 3 is wrong"));
        await daemon.StartAsync(CancellationToken.None);
        _systemd.ReceiveUntil("READY=1");
        _reloads.Request();
        Assert.Contains("reload refused", _systemd.ReceiveUntil("READY=1"), StringComparison.Ordinal);
        _systemd.ReceiveUntil("WATCHDOG=1");
        await daemon.StopAsync(CancellationToken.None);
        Assert.Null(_exit.Failure);
    }

    [Fact]
    public async Task Reload_NothingChanged_SaysSoToAllWhoAsked()
    {
        using var daemon = New(() => Load());
        await daemon.StartAsync(CancellationToken.None);
        _systemd.ReceiveUntil("READY=1");
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _reloads.AskAsync())).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.All(answers, a => Assert.StartsWith("{\"reload\":\"unchanged\"", System.Text.Encoding.UTF8.GetString(a.Data.Span), StringComparison.Ordinal));
        Assert.InRange(_built, 2, 4);
        await daemon.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Reload_RefusedOrAfterTheEnd_IsAnswered()
    {
        using var daemon = New(() => throw new UserError(ExitCode.Configuration, "line 3 is wrong\nline 4\nline 5\nline 6"));
        await daemon.StartAsync(CancellationToken.None);
        var answer = await _reloads.AskAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("refused, the former configuration goes on: line 3 is wrong; line 4; line 5; and 1 more, see the log", answer.Error);
        await daemon.StopAsync(CancellationToken.None);
        Assert.Equal("the daemon stops", (await _reloads.AskAsync().WaitAsync(TimeSpan.FromSeconds(20))).Error);
    }

    [Fact]
    public async Task Run_UntilEndWithoutALiveSource_EndsByItself()
    {
        using var daemon = New(() => Load(), new DaemonExit { StopWhenSourcesEnd = true });
        await daemon.StartAsync(CancellationToken.None);
        await daemon.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(_lifetime.Stopped);
    }

    [Fact]
    public async Task Run_DefectInTheMiddle_IsAFailureNotACleanExit()
    {
        // The reporter's clock throws what nobody foresaw.
        using var daemon = New(() => Load(), time: new BrokenTime());
        await daemon.StartAsync(CancellationToken.None);
        await daemon.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20));
        _systemd.ReceiveUntil("STOPPING=1");
        Assert.IsType<TimeZoneNotFoundException>(_exit.Failure);
        Assert.True(_lifetime.Stopped);
    }

    [Fact]
    public void Build_NoBrokerAndNoOutput_IsAUserError()
    {
        var config = Loading.Good("streams:\n  front: { url: rtsp://cam.lan/x, enabled: false }\n");
        var e = Assert.Throws<UserError>(() => Pipeline.Build(config, new PipelineOptions("", null), new Redactor(), NullLoggerFactory.Instance, TimeProvider.System));
        Assert.Equal((ExitCode.Configuration, true), (e.Code, e.Hint.Contains("--stdout", StringComparison.Ordinal)));
    }

    public void Dispose()
    {
        _reloads.Dispose();
        _systemd.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class BrokenTime : TimeProvider
    {
        public override long GetTimestamp() => throw new TimeZoneNotFoundException();
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public bool Stopped { get; private set; }
        public CancellationToken ApplicationStarted => CancellationToken.None;
        public CancellationToken ApplicationStopping => CancellationToken.None;
        public CancellationToken ApplicationStopped => CancellationToken.None;
        public void StopApplication() => Stopped = true;
    }
}
