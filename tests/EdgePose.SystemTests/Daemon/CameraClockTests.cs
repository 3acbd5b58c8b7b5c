using System.Globalization;
using System.Text.Json;
using EdgePose.Peers;
using EdgePose.SystemTests.Ingest;
using EdgePose.SystemTests.Peers.Rtsp;

namespace EdgePose.SystemTests.Daemon;

/// <summary>Clocks that can be audited: what a camera whose clock is 90 s behind leaves in the messages, with and without its time asked for.</summary>
public sealed class CameraClockTests(DaemonFixture fixture, ITestOutputHelper output)
{
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task CameraTime_IsTheSendersOnceItHasReported_AndOtherwiseSaidToBeArrival()
    {
        var figure = await FigureAsync();
        await using var camera = new ScriptedRtspServer(RtspScript.Endless(figure, rate: 10) with { CameraClock = -Behind });
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Site.OfFigures();
        site.Configure(broker.Port, $$"""
            told: { url: {{camera.Url}}, camera_time: true }
            plain: {{camera.Url}}
            """);
        await using var daemon = site.Run();
        await sub.WaitForAsync(m => m.Topic == Site.Topic("streams/told/poses") && m.Payload.Contains("\"time_source\":\"rtcp\"", StringComparison.Ordinal));
        await PoseMessage.WaitAsync(sub, daemon, "plain");
        var state = await sub.WaitForAsync(m => m.Topic == Site.Topic("streams/told/state") && m.Payload.Contains("\"time_source\":\"rtcp\"", StringComparison.Ordinal) && !m.Payload.Contains("\"camera_lag_ms\":null", StringComparison.Ordinal));

        var told = Times(sub, "told").Last(static t => t.Source == "rtcp");
        var plain = Times(sub, "plain");
        var lag = JsonDocument.Parse(state.Payload).RootElement.GetProperty("camera_lag_ms").GetDouble();
        output.WriteLine($"told: captured {(told.Received - told.Captured).TotalSeconds:0.000} s before received, published {(told.Published - told.Received).TotalMilliseconds:0} ms after; camera_lag_ms {lag:0}");
        // The delay of this machine under load comes on top; it is never negative.
        Assert.InRange((told.Received - told.Captured).TotalSeconds, Behind.TotalSeconds - 0.01, Behind.TotalSeconds + 30);
        Assert.InRange(lag / 1000, Behind.TotalSeconds - 0.01, Behind.TotalSeconds + 30);
        Assert.True(told.Published >= told.Received);
        Assert.All(plain, static t => Assert.True(t.Source == "arrival" && t.Captured == t.Received && t.Published >= t.Received));
        Assert.All(Times(sub, "told").Where(static t => t.Source == "arrival"), static t => Assert.Equal(t.Captured, t.Received));
    }

    private static IReadOnlyList<(DateTimeOffset Captured, DateTimeOffset Received, DateTimeOffset Published, string Source)> Times(MosquittoSub sub, string stream) =>
        [.. sub.Seen.Where(m => m.Topic == Site.Topic($"streams/{stream}/poses")).Select(static m =>
        {
            PoseMessage.Parse(m.Payload); // follows its schema
            using var document = JsonDocument.Parse(m.Payload);
            DateTimeOffset Time(string key) => DateTimeOffset.Parse(document.RootElement.GetProperty(key).GetString()!, CultureInfo.InvariantCulture);
            return (Time("captured"), Time("received"), Time("published"), document.RootElement.GetProperty("time_source").GetString()!);
        })];

    private async Task<Elementary> FigureAsync()
    {
        var path = Path.ChangeExtension(fixture.ShortFigure, ".h264");
        if (!File.Exists(path)) { await Tool.RunAsync("ffmpeg", "-nostdin", "-v", "error", "-i", fixture.ShortFigure, "-c", "copy", "-bsf:v", "h264_mp4toannexb", path); }
        return Elementary.Load(path);
    }
}
