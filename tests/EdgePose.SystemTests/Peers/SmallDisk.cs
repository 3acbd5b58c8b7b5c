using System.Diagnostics;
using EdgePose.TestSupport;

namespace EdgePose.Peers;

/// <summary>
/// A tmpfs of a given size in a mount namespace of its own, reached from outside through the holder's root in /proc. Needs no rights; the
/// disk is gone when the holder ends. Skips the test, with the reason, where the kernel forbids it.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Mount = "/mnt";
    private readonly Process _holder;

    private SmallDisk(Process holder) => (_holder, Path) = (holder, $"/proc/{holder.Id}/root{Mount}");

    public string Path { get; }

    public static async Task<SmallDisk> CreateAsync(string size)
    {
        Assert.SkipUnless(Tools.Find("unshare") is not null, "needs unshare (util-linux)");
        var start = new ProcessStartInfo("unshare") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-rm", "sh"]) { start.ArgumentList.Add(argument); }
        var disk = new SmallDisk(Process.Start(start)!);
        if (await disk.DoAsync($"mount -t tmpfs -o size={size},mode=0700 none {Mount}") is { Length: > 0 } problem)
        {
            await disk.DisposeAsync();
            Assert.Skip($"no mount namespace here: {problem}");
        }
        return disk;
    }

    /// <summary>Read-only, or writable again. Possible only while nobody has a file open for writing.</summary>
    public async Task SetReadOnlyAsync(bool readOnly) => Assert.Equal("", await DoAsync($"mount -o remount,{(readOnly ? "ro" : "rw")} {Mount}"));

    public async ValueTask DisposeAsync()
    {
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync();
        _holder.Dispose();
    }

    private async Task<string> DoAsync(string command)
    {
        await _holder.StandardInput.WriteLineAsync($"({command}) 2>&1 && echo done || echo failed");
        await _holder.StandardInput.FlushAsync();
        var said = "";
        while (await _holder.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "done") { return ""; }
            if (line == "failed") { return said.Length > 0 ? said : "failed"; }
            said += line;
        }
        return await _holder.StandardError.ReadToEndAsync();
    }
}
