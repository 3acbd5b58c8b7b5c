using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Systemd;

/// <summary>Each directive that the service must have, so that none is lost in an edit that the exposure figure would forgive.</summary>
public sealed class UnitDirectivesTests
{
    private static readonly string[] Unit = Directives("edgepose.service");

    public static TheoryData<string> Required =>
    [
        "After=network-online.target time-sync.target", "Wants=network-online.target", "StartLimitIntervalSec=0",
        "Type=notify", "NotifyAccess=main", "WatchdogSec=30s",
        "ExecStartPre=/usr/bin/edgepose check --offline --config ${CONFIGURATION_DIRECTORY}/edgepose.yaml",
        "ExecStart=/usr/bin/edgepose run --config ${CONFIGURATION_DIRECTORY}/edgepose.yaml", "ExecReload=/bin/kill -HUP $MAINPID",
        "Restart=on-failure", "RestartSec=2s", "RestartPreventExitStatus=2 3 4", "TimeoutStopSec=20s", "KillMode=mixed",
        "DynamicUser=yes", "ConfigurationDirectory=edgepose", "StateDirectory=edgepose", "StateDirectoryMode=0700", "RuntimeDirectory=edgepose",
        "LoadCredential=mqtt.password:/etc/edgepose/credentials/mqtt.password",
        "LoadCredential=camera.front:/etc/edgepose/credentials/camera.front",
        "UMask=0077", "LimitCORE=0", "MemoryMax=2G", "TasksMax=512",
        "NoNewPrivileges=yes", "CapabilityBoundingSet=", "AmbientCapabilities=", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
        "PrivateMounts=yes", "PrivateDevices=yes", "PrivateUsers=yes", "DevicePolicy=closed", "ProtectHostname=yes", "ProtectClock=yes",
        "ProtectKernelTunables=yes", "ProtectKernelModules=yes", "ProtectKernelLogs=yes", "ProtectControlGroups=yes",
        "ProtectProc=invisible", "KeyringMode=private", "RemoveIPC=yes", "RestrictNamespaces=yes", "RestrictRealtime=yes",
        "RestrictSUIDSGID=yes", "LockPersonality=yes", "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
        "SystemCallArchitectures=native", "SystemCallFilter=@system-service", "SystemCallFilter=~@privileged @resources @obsolete",
        "SystemCallFilter=sched_setaffinity", "SystemCallErrorNumber=EPERM", "IPAddressDeny=any", "IPAddressAllow=localhost",
    ];

    [Theory]
    [MemberData(nameof(Required))]
    public void Unit_HasDirective(string directive) => Assert.Contains(directive, Unit);

    [Fact]
    public void Unit_SetsNothingThatTheRuntimeDoesNotSurvive()
    {
        Assert.DoesNotContain(Unit, d => d.StartsWith("MemoryDenyWriteExecute", StringComparison.Ordinal));
        Assert.DoesNotContain(Unit, d => d.StartsWith("ProcSubset", StringComparison.Ordinal));
    }

    [Fact]
    public void Unit_SystemCallFilters_AllowTheAffinityCallLast()
    {
        // The order decides: what a later line allows is taken back from an earlier denial.
        var filters = Unit.Where(d => d.StartsWith("SystemCallFilter=", StringComparison.Ordinal)).ToArray();
        Assert.Equal("SystemCallFilter=sched_setaffinity", filters[^1]);
    }

    [Theory]
    [InlineData("edgepose-usb.conf", "DeviceAllow=char-video4linux rw")]
    [InlineData("edgepose-usb.conf", "SupplementaryGroups=video")]
    [InlineData("edgepose-gpu.conf", "DeviceAllow=char-nvidia* rw")]
    [InlineData("edgepose-gpu.conf", "DeviceAllow=/dev/dri/renderD128 rw")]
    [InlineData("edgepose-gpu.conf", "CacheDirectory=edgepose")]
    public void DropIn_OpensItsDevices(string file, string directive)
    {
        Assert.Contains(directive, Directives(file));
        Assert.Contains("PrivateDevices=no", Directives(file));
        Assert.Contains("PrivateUsers=no", Directives(file));
    }

    private static string[] Directives(string file) =>
        [.. File.ReadLines(Path.Combine(Repo.Root, "systemd", file)).Select(l => l.Trim()).Where(l => l.Contains('=') && !l.StartsWith('#'))];
}
