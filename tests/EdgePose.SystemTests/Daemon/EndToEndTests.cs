using System.Text.Json;
using EdgePose.Peers;
using EdgePose.SystemTests.Peers;
using EdgePose.Tests.Sinks.Mqtt;

namespace EdgePose.SystemTests.Daemon;

public sealed class EndToEndTests(DaemonFixture fixture, ITestOutputHelper output)
{
    private const string Password = "camera p4ss%wo:rd/@";

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task RtspWithDigestPassword_PosesOfRealPeopleArriveAtAnIndependentSubscriber(string transport)
    {
        using var server = new RtspServer(fixture.People, "viewer", Password);
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = new Site();
        site.AddCredential("camera.front", Password + "\n");
        site.Configure(broker.Port, $$"""
            cam:
              url: {{server.Url}}
              user: viewer
              password: ${credential:camera.front}
              transport: {{transport}}
            """);
        await using var daemon = site.Run();

        await Tools.UntilAsync(
            () => Task.FromResult(PoseMessage.Of(sub, "cam").Count(p => p.People.Count > 0) >= 15), () => string.Join('\n', daemon.Log));

        var people = PoseMessage.Of(sub, "cam").SelectMany(p => p.People).ToList();
        var tracks = people.Select(p => p.Track).Distinct().Count();
        var upright = people.Select(p => p.IsUpright).OfType<bool>().ToList();
        output.WriteLine($"{transport}: {people.Count} people, {tracks} tracks, {upright.Count(u => u)} of {upright.Count} upright");
        Assert.InRange(tracks, 2, people.Count / 2);
        Assert.True(upright.Count >= 10 && upright.Count(u => u) >= 0.8 * upright.Count, "pedestrians stand on their feet");
        Assert.InRange(people.Average(p => p.Joints.Count), 8, 17);
        AssertRetained(sub, "info", "info.v1");
        AssertRetained(sub, "status", "status.v1");
        var state = AssertRetained(sub, "streams/cam/state", "stream-state.v1");
        Assert.Equal("online", state.GetProperty("state").GetString());
        Assert.Equal((768, 576, "h264"), (state.GetProperty("width").GetInt32(), state.GetProperty("height").GetInt32(), state.GetProperty("codec").GetString()));
        Assert.Contains(sub.Seen, m => m.Topic == Site.Topic("availability") && m.Payload == "online");
        Assert.Contains(sub.Seen, m => m.Topic == Site.Topic("streams/cam/availability") && m.Payload == "online");
        Assert.Contains(sub.Seen, m => m.Topic == Site.Topic("streams/cam/people") && int.Parse(m.Payload, null) > 0);
        var poses = sub.Seen.First(m => m.Topic == Site.Topic("streams/cam/poses"));
        Assert.Equal((0, "application/json", true), (poses.Qos, poses.ContentType, poses.Expiry is "5" or "4"));
    }

    [Fact]
    public async Task RecordingReadToItsEnd_GivesEveryFrameAsOneJsonLineAndExitCodeZero()
    {
        using var site = new Site();
        site.Configure(0, $"clip: {{ url: {fixture.FewPeople}, pace: max, fps: 0 }}", more: "poses: { max_rate: 240 }\n");

        var result = await site.RunVerbAsync("run", "--config", site.ConfigPath, "--stdout", "--until-end");

        Assert.True(result.ExitCode == 0, result.ToString());
        var lines = result.Output.Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        var poses = lines.Where(l => l.GetProperty("topic").GetString() == Site.Topic("streams/clip/poses"))
            .Select(l => PoseMessage.Parse(l.GetProperty("payload").GetRawText())).ToList();
        var state = lines.Last(l => l.GetProperty("topic").GetString() == Site.Topic("streams/clip/state")).GetProperty("payload");
        Assert.Equal("disabled", state.GetProperty("state").GetString());
        Assert.Equal("end of file", state.GetProperty("reason").GetString());
        Assert.Equal((40, 0), (state.GetProperty("frames_received").GetInt32(), state.GetProperty("frames_dropped").GetInt32()));
        // Every processed frame is a message; only frames without people that follow one without people are left out.
        for (var (seq, empty) = (0, false); seq < 40; seq++)
        {
            var message = poses.SingleOrDefault(p => p.Seq == seq);
            Assert.True(message is not null || empty, $"frame {seq} is missing");
            empty = message is null || message.People.Count == 0;
        }
        Assert.InRange(poses.Count, 30, 40);
        Assert.Equal("offline", lines.Last(l => l.GetProperty("topic").GetString() == Site.Topic("availability")).GetProperty("payload").GetString());
    }

    [Fact]
    public async Task StreamThatCannotWork_DoesNotDisturbAnotherOne()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sub = await MosquittoSub.StartAsync(broker);
        using var site = Site.OfFigures();
        site.Configure(broker.Port, $"""
            dead: rtsp://127.0.0.1:{Tools.FreePort()}/cam
            {Site.Loop("good", fixture.Figure)}
            """);
        await using var daemon = site.Run();
        await sub.WaitForAsync(m => m.Topic == Site.Topic("streams/dead/state") && m.Payload.Contains("\"unreachable\"", StringComparison.Ordinal));
        await PoseMessage.WaitAsync(sub, daemon, "good");
        sub.Forget();
        await Tools.UntilAsync(() => Task.FromResult(PoseMessage.Of(sub, "good").Count >= 15), () => $"the good stream stands:\n{string.Join('\n', daemon.Log)}");

        var poses = PoseMessage.Of(sub, "good");
        Assert.All(poses, p => Assert.Equal(1, p.Epoch));
        Assert.Empty(PoseMessage.Of(sub, "dead"));
        await using var late = await MosquittoSub.StartAsync(broker);
        await late.WaitForAsync(Site.Topic("streams/good/availability"), "online");
        await late.WaitForAsync(Site.Topic("streams/dead/availability"), "offline");
        var status = await late.WaitForAsync(m => m.Topic == Site.Topic("status"));
        Assert.Contains("\"degraded\"", status.Payload, StringComparison.Ordinal);
        Assert.Contains("stream dead: unreachable", status.Payload, StringComparison.Ordinal);
    }

    private static JsonElement AssertRetained(MosquittoSub sub, string topic, string schema)
    {
        var payload = sub.Seen.Last(m => m.Topic == Site.Topic(topic)).Payload;
        Assert.Empty(PublishedSchema.Load(schema).Check(payload));
        return JsonDocument.Parse(payload).RootElement;
    }
}
