using System.Net;
using System.Net.NetworkInformation;

namespace EdgePose.Service.Observe;

/// <summary>
/// The names under which the page may be asked for. A web page of a stranger can make a browser inside the network ask any name that leads
/// here (DNS rebinding); addresses, and names that only this machine or its network gives, cannot be forged that way.
/// </summary>
internal sealed class HostNames
{
    /// <summary>Domains that nobody can register in public.</summary>
    private static readonly string[] LocalDomains = ["", ".local", ".lan", ".home", ".home.arpa", ".internal", ".localdomain"];

    private readonly HashSet<string> _allowed;

    /// <param name="machine">Name of this machine.</param>
    /// <param name="domain">Its domain; empty = none.</param>
    /// <param name="others">Further names, from the configuration.</param>
    public HostNames(string machine, string domain, IEnumerable<string> others)
    {
        var host = machine.Split('.')[0];
        _allowed = new HashSet<string>([machine, .. LocalDomains.Select(d => host + d), .. others], StringComparer.OrdinalIgnoreCase);
        if (domain.Length > 0) { _allowed.Add($"{host}.{domain}"); }
    }

    /// <summary>Those of this machine.</summary>
    public static HostNames Own(IEnumerable<string> others) =>
        new(Environment.MachineName, IPGlobalProperties.GetIPGlobalProperties().DomainName.Trim('.', '('), others);

    /// <param name="host">The Host header without its port; empty when there was none, which browsers never do.</param>
    public bool Allows(string host)
    {
        var name = host.TrimEnd('.');
        return name.Length == 0 || IPAddress.TryParse(name.Trim('[', ']'), out _) || _allowed.Contains(name)
            || string.Equals(name, "localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }
}
