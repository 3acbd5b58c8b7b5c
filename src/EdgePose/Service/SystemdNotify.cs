using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace EdgePose.Service;

/// <summary>
/// The sd_notify protocol: one datagram a message to <c>$NOTIFY_SOCKET</c>. Does nothing outside systemd. A lost datagram is not an error:
/// systemd's own time limits are the safety net.
/// </summary>
internal sealed class SystemdNotify : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _address;

    public SystemdNotify(Func<string, string?> environment)
    {
        if (environment("NOTIFY_SOCKET") is not { Length: > 1 } path) { return; }
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        // A leading @ stands for the NUL byte of an abstract socket.
        _address = new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path);
        var micros = environment("WATCHDOG_USEC");
        if (long.TryParse(micros, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0)
        {
            WatchdogInterval = TimeSpan.FromMicroseconds(limit / 2.0);
        }
    }

    /// <summary>Half of systemd's watchdog limit; null when no watchdog is asked for.</summary>
    public TimeSpan? WatchdogInterval { get; }

    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    public void Reloading(TimeProvider time) =>
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={time.GetTimestamp() / (time.TimestampFrequency / 1_000_000)}"));

    public void Status(string status) => Send($"STATUS={OneLine(status)}");

    public void Watchdog() => Send("WATCHDOG=1");

    public void Stopping() => Send("STOPPING=1");

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private void Send(string message)
    {
        if (_socket is null || _address is null) { return; }
        try { _socket.SendTo(Encoding.UTF8.GetBytes(message), _address); }
        catch (SocketException e)
        {
            LastError = e.Message;
        }
    }

    /// <summary>Text of the last failed send; empty when all went well.</summary>
    public string LastError { get; private set; } = "";

    public void Dispose() => _socket?.Dispose();
}
