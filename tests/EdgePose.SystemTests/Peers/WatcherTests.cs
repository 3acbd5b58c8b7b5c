using System.Diagnostics;

namespace EdgePose.Peers;

public sealed class WatcherTests
{
    [Fact]
    public async Task TestsKilled_WhatTheyHaveStartedEnds_AlsoWhatThatHasStarted()
    {
        using var tests = Process.Start(Tools.Role("watched"))!;
        var children = new List<int>();
        while (children.Count < 2 && await tests.StandardOutput.ReadLineAsync().WaitAsync(Tools.Patience) is { } line) { children.Add(int.Parse(line, null)); }
        Assert.All(children, child => Assert.True(EdgePoseProcess.IsAlive(child)));

        Tools.Signal(tests.Id, EdgePoseProcess.SigKill);

        await Tools.UntilAsync(() => !children.Any(EdgePoseProcess.IsAlive), "a process outlives the tests");
        Assert.Equal(2, children.Count);
    }

    /// <summary>Plays the tests: a shell that has itself started a process, both deaf to SIGHUP and SIGTERM.</summary>
    internal static async Task RunAsync()
    {
        Watcher.Start();
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", "trap '' HUP TERM; sleep 300 & echo $$; echo $!; wait"]))!;
        await shell.WaitForExitAsync();
    }
}
