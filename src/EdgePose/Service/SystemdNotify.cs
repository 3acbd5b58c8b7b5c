using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;

namespace EdgePose.Service;

/// <summary>
/// What the daemon tells systemd, through the host's notifier, which does nothing outside systemd. A lost datagram is not an error:
/// systemd's own time limits are the safety net.
/// </summary>
internal sealed class SystemdNotify
{
    private readonly ISystemdNotifier _notifier;

    public SystemdNotify(ISystemdNotifier notifier, Func<string, string?> environment)
    {
        _notifier = notifier;
        if (notifier.IsEnabled && long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0)
        {
            WatchdogInterval = TimeSpan.FromMicroseconds(limit / 2.0);
        }
    }

    /// <summary>Half of systemd's watchdog limit; null when no watchdog is asked for.</summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>Text of the last failed send; empty when all went well.</summary>
    public string LastError { get; private set; } = "";

    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    public void Reloading(TimeProvider time) =>
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={time.GetTimestamp() / (time.TimestampFrequency / 1_000_000)}"));

    public void Status(string status) => Send($"STATUS={OneLine(status)}");

    public void Watchdog() => Send("WATCHDOG=1");

    public void Stopping() => Send("STOPPING=1");

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private void Send(string message)
    {
        try { _notifier.Notify(new ServiceState(message)); }
        catch (SocketException e)
        {
            LastError = e.Message;
        }
    }
}
