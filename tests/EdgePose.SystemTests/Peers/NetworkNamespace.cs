using System.Diagnostics;
using System.Globalization;
using EdgePose.Peers;
using EdgePose.TestSupport;

namespace EdgePose.SystemTests.Peers;

/// <summary>
/// A network namespace that holds nothing but a loopback device, on which packets can be lost. Skips the test where that is
/// not permitted.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private static int _number;
    private static readonly Lazy<string?> Missing = new(FindMissing);

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    public static NetworkNamespace Create()
    {
        Need.FromSetup(Tools.Find("nft", "/usr/sbin", "/sbin") is not null, "needs nft: apt-get install nftables");
        Need.FromSetup(Tools.Find("ip", "/usr/sbin", "/sbin") is not null, "needs ip: apt-get install iproute2");
        Assert.SkipUnless(Missing.Value is null, $"needs the right to make a network namespace with nftables: {Missing.Value}");
        var space = new NetworkNamespace(NextName());
        try
        {
            Run("ip", "netns", "add", space.Name);
            Run("ip", "-n", space.Name, "link", "set", "lo", "up");
            space.InSpace("nft", "add table inet fault { chain loss { type filter hook input priority 0; }; }");
            return space;
        }
        catch
        {
            space.Dispose();
            throw;
        }
    }

    /// <summary>From now on this share of all packets is dropped, of both directions: on a loopback device each is received once.</summary>
    public void Lose(int percent)
    {
        InSpace("nft", "flush chain inet fault loss");
        if (percent >= 100) { InSpace("nft", "add rule inet fault loss counter drop"); }
        else if (percent > 0) { InSpace("nft", string.Create(CultureInfo.InvariantCulture, $"add rule inet fault loss numgen random mod 100 < {percent} counter drop")); }
    }

    /// <summary>Words to put before a program so that it runs in here.</summary>
    public IReadOnlyList<string> Prefix => ["ip", "netns", "exec", Name];

    /// <summary>An executable that runs a program in here with the arguments that it is given.</summary>
    public string Wrap(string folder, string program)
    {
        var path = Path.Combine(folder, $"{Name}-{program}");
        File.WriteAllText(path, $"#!/bin/sh\nexec {string.Join(' ', Prefix)} {program} \"$@\"\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private void InSpace(params string[] command) => Run([.. Prefix, .. command]);

    private static void Run(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) { throw new InvalidOperationException($"{string.Join(' ', command)}: {error.Trim()}"); }
    }

    private static string NextName() => string.Create(CultureInfo.InvariantCulture, $"edgepose-{Environment.ProcessId}-{Interlocked.Increment(ref _number)}");

    private static string? FindMissing()
    {
        var name = NextName();
        try
        {
            Run("ip", "netns", "add", name);
            try
            {
                Run("ip", "netns", "exec", name, "nft", "add table inet probe { chain c { type filter hook input priority 0; numgen random mod 100 < 1 counter drop; }; }");
                return null;
            }
            finally { Run("ip", "netns", "del", name); }
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return e.Message;
        }
    }

    public void Dispose()
    {
        try { Run("ip", "netns", "del", Name); }
        catch (InvalidOperationException e) { Debug.WriteLine(e.Message); } // it was never made
    }
}
