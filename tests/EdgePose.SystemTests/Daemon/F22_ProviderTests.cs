using EdgePose.Peers;

namespace EdgePose.SystemTests.Daemon;

/// <summary>Accelerators that are configured and not there: the ONNX Runtime of the package feed has the CPU provider alone.</summary>
public sealed class F22_ProviderTests(DaemonFixture fixture)
{
    private const string Chain = "inference: { providers: [tensorrt, cuda, cpu] }\n";

    [Fact]
    public async Task ProvidersThatDoNotStart_TheNextOfTheChainRuns_AndTheRetainedStatusAndTheLogSaySo()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Site.OfFigures();
        site.Configure(broker.Port, Site.Loop("cam", fixture.Figure), more: Chain);
        await using var daemon = site.Run();
        await PoseMessage.WaitAsync(sub, daemon, "cam");
        var status = await sub.WaitForAsync(m => m.Topic == Site.Topic("status") && m.Payload.Contains("runs on cpu, earlier providers did not start", StringComparison.Ordinal));
        Assert.Contains("\"state\":\"degraded\"", status.Payload, StringComparison.Ordinal);
        Assert.Contains("\"provider\":\"cpu\"", status.Payload, StringComparison.Ordinal);
        foreach (var provider in (string[])["tensorrt", "cuda"])
        {
            Assert.Contains(daemon.Log, l => l.Contains("provider not used", StringComparison.Ordinal) && l.Contains(provider, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task ProviderThatIsRequired_IsCodeFourWithTheReason()
    {
        using var site = Site.OfFigures();
        site.Configure(Tools.FreePort(), Site.Loop("cam", fixture.Figure), more: Chain);
        var run = await site.RunVerbAsync("run", "--config", site.ConfigPath, "--require-ep", "cuda");
        Assert.True(run.ExitCode == 4, run.ToString());
        Assert.Contains("cuda", run.Errors, StringComparison.Ordinal);
        Assert.Contains("try: ", run.Errors, StringComparison.Ordinal);
    }
}
