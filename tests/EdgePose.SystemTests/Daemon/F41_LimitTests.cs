using System.Diagnostics;
using EdgePose.Peers;

namespace EdgePose.SystemTests.Daemon;

/// <summary>The program under limits that a shell or a container sets.</summary>
public sealed class F41_LimitTests(DaemonFixture fixture)
{
    [Theory]
    [InlineData(64, "may have 64 files open, and needs up to 224")]
    [InlineData(228, "may have 228 files open, and needs up to 232")]
    public async Task FewDescriptors_IsCodeOneWithTheLimitsName(int files, string expected)
    {
        var (code, errors) = await RunAsync($"ulimit -n {files}");
        Assert.True(code == 1, errors);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.Contains("ulimit -n", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LittleMemory_IsCodeOneWithTheLimitsName()
    {
        var (code, errors) = await RunAsync("export DOTNET_GCHeapHardLimit=0x8000000");
        Assert.True(code == 1, errors);
        Assert.Contains("may have 128 MiB of memory", errors, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Errors)> RunAsync(string limit)
    {
        using var site = new Site();
        site.Configure(Tools.FreePort(), Site.Loop("clip", fixture.People));
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", $"{limit}; exec dotnet \"$0\" run --config \"$1\"", Path.Combine(AppContext.BaseDirectory, "edgepose.dll"), site.ConfigPath]) { start.ArgumentList.Add(argument); }
        using var process = Process.Start(start)!;
        var (errors, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Tools.Patience);
        await output;
        return (process.ExitCode, await errors);
    }
}
