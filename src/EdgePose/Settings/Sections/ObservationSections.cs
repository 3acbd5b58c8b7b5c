using System.Globalization;
using System.Net;

namespace EdgePose.Settings.Sections;

/// <summary>What can be seen of the daemon beside MQTT: <c>metrics</c> and <c>status</c>.</summary>
internal static class ObservationSections
{
    /// <summary>sockaddr_un holds 108 bytes, the end included.</summary>
    private const int LongestSocketPath = 107;

    public static MetricsConfig Metrics(Section s)
    {
        var text = s.Text("listen", "", t => TryAddress(t, out _) ? null : "an address and a port such as 127.0.0.1:9465 or [::1]:9465");
        var config = new MetricsConfig { Listen = TryAddress(text, out var address) ? address : null };
        if (address is not null && !IPAddress.IsLoopback(address.Address))
        {
            s.Warning("listen", "everybody who reaches this address can read the figures; there is no password");
        }
        s.Done();
        return config;
    }

    public static StatusConfig Status(Section s)
    {
        var text = s.Text("socket", StatusConfig.Auto, t => t.Length is 0 or > LongestSocketPath ? "auto, off, or a path of at most 107 characters" : null);
        var socket = text is StatusConfig.Auto or StatusConfig.Off ? text : s.Absolute("socket", text);
        if (System.Text.Encoding.UTF8.GetByteCount(socket) > LongestSocketPath) { s.Error("socket", "the path is longer than 107 bytes, which is all that a socket can have"); }
        s.Done();
        return new StatusConfig { Socket = socket };
    }

    private static bool TryAddress(string text, out IPEndPoint? address)
    {
        address = null;
        // IPEndPoint.TryParse takes an address without port for one with port 0, and "127.1" for an address.
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0) { return false; }
        var host = text[..colon];
        var isV6 = host is ['[', .., ']'];
        if (!IPAddress.TryParse(isV6 ? host[1..^1] : host, out var ip)) { return false; }
        if (isV6 != (ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)) { return false; }
        if (!isV6 && ip.ToString() != host) { return false; }
        address = new IPEndPoint(ip, port);
        return true;
    }
}
