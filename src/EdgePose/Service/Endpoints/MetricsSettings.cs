using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgePose.Settings;

namespace EdgePose.Service.Endpoints;

/// <summary>The section <c>metrics</c>.</summary>
internal sealed record MetricsSettings
{
    public static readonly Doc About = "Figures for machines, over HTTP: /metrics in Prometheus' format, /health/live and /health/ready.";

    /// <summary>Address of the page for metrics and health; null = off.</summary>
    public required IPEndPoint? Listen { get; init; }

    /// <summary>Names under which the page may be asked for, beside those of this machine.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    public static MetricsSettings Read(Section s)
    {
        var text = s.Text("listen", "", t => TryAddress(t, out _) ? null : "an address and a port such as 127.0.0.1:9465 or [::1]:9465", new Doc("""
            Address and port of the page. There is no password: everybody who reaches an address on the network can read how many people each
            camera sees. The page costs about 10 MB of memory.
            """) { Remark = "off", Example = "127.0.0.1:9465", Pattern = "^(\\[[0-9a-fA-F:.]+\\]|[0-9.]+):[0-9]{1,5}$" });
        var hosts = s.List("hosts", [], [], CheckHost, doc: new Doc("""
            Names under which the page may be asked for, beside addresses, localhost and this machine's own name. Others are refused, so that a web page
            of a stranger cannot read the figures through a browser in this network.
            """) { Example = "[metrics.example.org]", Remark = "none" });
        var settings = new MetricsSettings { Listen = TryAddress(text, out var address) ? address : null, Hosts = hosts };
        if (address is not null && !IPAddress.IsLoopback(address.Address))
        {
            s.Warning("listen", "everybody who reaches this address can read the figures; there is no password");
        }
        s.Done();
        return settings;
    }

    private static string? CheckHost(string name) =>
        Uri.CheckHostName(name) == UriHostNameType.Dns ? null : "a host name without port such as metrics.example.org";

    private static bool TryAddress(string text, out IPEndPoint? address)
    {
        address = null;
        // IPEndPoint.TryParse takes an address without port for one with port 0, and "127.1" for an address.
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0) { return false; }
        var host = text[..colon];
        var isV6 = host is ['[', .., ']'];
        if (!IPAddress.TryParse(isV6 ? host[1..^1] : host, out var ip)) { return false; }
        if (isV6 != (ip.AddressFamily == AddressFamily.InterNetworkV6)) { return false; }
        if (!isV6 && ip.ToString() != host) { return false; }
        address = new IPEndPoint(ip, port);
        return true;
    }
}
