using System.Text.Json;
using EdgePose.Peers;
using EdgePose.SystemTests.Peers;

namespace EdgePose.SystemTests.Daemon;

public sealed class F03_WrongPasswordTests(DaemonFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public async Task WrongPassword_IsRetainedAsAuthFailedAndTheCameraIsLeftAlone()
    {
        using var server = new RtspServer(fixture.Figure, "viewer", "the right one");
        await using var broker = await MosquittoBroker.StartAsync();
        using var site = Site.OfFigures();
        site.AddCredential("camera.front", "the wrong one");
        site.Configure(broker.Port, $$"""
            cam:
              url: {{server.Url}}
              user: viewer
              password: ${credential:camera.front}
            """);
        await using var daemon = site.Run();
        await daemon.WaitForLogAsync("auth failed");
        await Task.Delay(TimeSpan.FromSeconds(4));

        await using var late = await MosquittoSub.StartAsync(broker);
        var message = await late.WaitForAsync(m => m.Topic == Site.Topic("streams/cam/state"));
        var state = JsonDocument.Parse(message.Payload).RootElement;
        output.WriteLine($"{server.Connections} connections in 4 s; reason: {state.GetProperty("reason").GetString()}");
        Assert.True(message.Retained);
        Assert.Equal("auth_failed", state.GetProperty("state").GetString());
        Assert.Contains("401", state.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("password", state.GetProperty("reason").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.InRange(server.Connections, 1, 2);
    }
}
