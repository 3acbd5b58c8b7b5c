using System.Net.Sockets;
using System.Text;
using EdgePose.Service;
using EdgePose.TestSupport;
using Microsoft.Extensions.Hosting.Systemd;

namespace EdgePose.Tests.Service;

/// <summary>The sd_notify protocol against a real datagram socket.</summary>
public sealed class SystemdNotifyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sd-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Messages_ToASocket_ArriveAsSystemdReadsThem(bool isAbstract)
    {
        using var systemd = new NotifySocket(isAbstract ? $"@edgepose-test-{Guid.NewGuid():N}" : Path.Combine(_folder, "notify"));
        var notify = new SystemdNotify(systemd.Notifier(), NotifySocket.Environment());
        var time = new ClockFromZero();
        time.Advance(TimeSpan.FromMilliseconds(1500));
        notify.Ready("2 streams\nREADY=0");
        notify.Status("all\r\nwell");
        notify.Watchdog();
        notify.Reloading(time);
        notify.Stopping();
        Assert.Equal(
            ["READY=1\nSTATUS=2 streams READY=0", "STATUS=all well", "WATCHDOG=1", "RELOADING=1\nMONOTONIC_USEC=1500000", "STOPPING=1"],
            Enumerable.Range(0, 5).Select(_ => systemd.Receive()));
        Assert.Equal("", notify.LastError);
    }

    [Fact]
    public void Messages_OutsideSystemd_GoNowhere()
    {
        var notify = new SystemdNotify(NotifySocket.Notifier(null), _ => null);
        notify.Ready("x");
        notify.Stopping();
        Assert.Equal((null, ""), (notify.WatchdogInterval, notify.LastError));
    }

    [Fact]
    public void Messages_ToASocketThatIsGone_AreRememberedNotThrown()
    {
        var notify = new SystemdNotify(NotifySocket.Notifier(Path.Combine(_folder, "nobody")), _ => null);
        notify.Ready("x");
        Assert.NotEqual("", notify.LastError);
    }

    [Theory]
    [InlineData("30000000", 15.0)]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void WatchdogInterval_LimitOfTheUnit_IsHalfOfIt(string? limit, double? seconds)
    {
        var notify = new SystemdNotify(NotifySocket.Notifier("/run/x"), _ => limit);
        Assert.Equal(seconds, notify.WatchdogInterval?.TotalSeconds);
    }
}

/// <summary>The receiving side of sd_notify.</summary>
internal sealed class NotifySocket : IDisposable
{
    private static readonly Lock Gate = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
    private readonly string _path;

    public NotifySocket(string path)
    {
        _path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
    }

    /// <summary>The host's notifier for a socket; it takes the path from the environment of the process and from nowhere else.</summary>
    public static SystemdNotifier Notifier(string? path)
    {
        lock (Gate)
        {
            System.Environment.SetEnvironmentVariable("NOTIFY_SOCKET", path);
            try { return new SystemdNotifier(); }
            finally { System.Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null); }
        }
    }

    public SystemdNotifier Notifier() => Notifier(_path);

    public static Func<string, string?> Environment(string? watchdogMicros = null) => name => name == "WATCHDOG_USEC" ? watchdogMicros : null;

    public string Receive()
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, _socket.Receive(buffer));
    }

    /// <summary>Reads until a message begins with <paramref name="start"/>.</summary>
    public string ReceiveUntil(string start)
    {
        for (var i = 0; i < 60; i++)
        {
            if (Receive() is var text && text.StartsWith(start, StringComparison.Ordinal)) { return text; }
        }
        throw new TimeoutException($"{start} did not come");
    }

    public void Dispose() => _socket.Dispose();
}
