using EdgePose.Networks.Estimation;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Sinks.Mqtt;
using EdgePose.Streams;
using static EdgePose.Tests.Service.Configuration.Loading;

namespace EdgePose.Tests.Service.Configuration;

public sealed class ConfigLoaderTests
{
    [Fact]
    public void Load_ThreeLines_FillsInEveryDefault()
    {
        var c = Good("mqtt: { url: mqtt://localhost }\nstreams:\n  front: rtsp://cam1.lan/stream2\n");
        Assert.Equal("test", c.Node);
        Assert.Equal(("localhost", 1883, false, MqttVersion.V5), (c.Mqtt.Host, c.Mqtt.Port, c.Mqtt.Tls, c.Mqtt.Version));
        Assert.Equal(("edgepose-test", "edgepose"), (c.Mqtt.ClientId, c.Broker.Sink.Prefix));
        Assert.Equal(["auto"], c.Inference.Providers);
        var s = Assert.Single(c.Streams);
        Assert.Equal(("front", "rtsp://cam1.lan/stream2", true, 5.0), (s.Id, s.Source.Url, s.Enabled, s.Source.Fps));
        Assert.Equal((SourceTransport.Tcp, 960, TimeSpan.FromSeconds(5)), (s.Source.Transport, s.MaxSize, s.Source.StallAfter));
        Assert.Equal(("movenet-lightning", "centernet-person", DecodeProfile.Fast, 5, 20), (s.Pose.Model, s.Pose.Detector, s.Pose.Profile, s.Pose.DetectEvery, s.Pose.MaxPeople));
        Assert.Equal(10, c.Outbox.MaxRate);
        Assert.Equal(12, c.Hash.Length);
    }

    [Fact]
    public void Load_MinimalConfigurationOfTheDesign_ReadsReferencesInsideBraces()
    {
        using var credentials = new TempFolder();
        credentials.Write("mqtt.password", "broker-pass\n");
        credentials.Write("camera.front", "camera-pass");
        var result = Load("""
            node: hall-pi
            mqtt: { url: mqtts://broker.lan, user: edgepose, password: ${credential:mqtt.password} }
            streams:
              front: { url: rtsp://viewer@cam1.lan/stream2, password: ${credential:camera.front}, fps: 5 }
            """, new Dictionary<string, string> { ["CREDENTIALS_DIRECTORY"] = credentials.Path });
        Assert.Empty(Lines(result));
        var c = result.Config!;
        Assert.Equal(("broker.lan", 8883, true, "broker-pass"), (c.Mqtt.Host, c.Mqtt.Port, c.Mqtt.Tls, c.Mqtt.Password!.Reveal()));
        Assert.Equal(("rtsp://cam1.lan/stream2", "viewer", "camera-pass"), (c.Streams[0].Source.Url, c.Streams[0].Source.User, c.Streams[0].Source.Password!.Reveal()));
        Assert.Equal(["broker-pass", "camera-pass"], c.Secrets.Select(s => s.Reveal()));
        Assert.DoesNotContain("pass", c.ToString().Replace("Password", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_StreamPose_InheritsWhatItDoesNotSet()
    {
        var c = Good("""
            pose: { model: litepose-m, max_people: 7, detector_score: 0.4 }
            streams:
              a: { url: rtsp://h/1, pose: { max_people: 3 } }
              b: rtsp://h/2
            """);
        Assert.Equal(("litepose-m", 3, 0.4f), (c.Streams[0].Pose.Model, c.Streams[0].Pose.MaxPeople, c.Streams[0].Pose.DetectorScore));
        Assert.Equal(7, c.Streams[1].Pose.MaxPeople);
    }

    [Fact]
    public void Load_Notations_AreReadWithTheirUnits()
    {
        var c = Good("""
            mqtt: { url: mqtt://127.0.0.1:2883, protocol: "3.1.1", keep_alive: 1m }
            tracking: { max_lost: 500ms }
            poses: { max_rate: 2.5fps }
            inference: { providers: [qnn, cpu], provider_options: { qnn: { backend_path: libQnnHtp.so, device_id: 0 } } }
            streams: { a: { url: rtsp://h/1, fps: 12fps, stall_after: 1.5s, hardware_decode: v4l2m2m } }
            """);
        Assert.Equal((2883, MqttVersion.V311, TimeSpan.FromMinutes(1)), (c.Mqtt.Port, c.Mqtt.Version, c.Mqtt.KeepAlive));
        Assert.Equal((TimeSpan.FromMilliseconds(500), 2.5, 12.0), (c.Tracking.MaxLost, c.Outbox.MaxRate, c.Streams[0].Source.Fps));
        Assert.Equal((TimeSpan.FromSeconds(1.5), HardwareDecoder.V4l2m2m), (c.Streams[0].Source.StallAfter, c.Streams[0].Source.Hardware));
        Assert.Equal("libQnnHtp.so", c.Inference.ProviderOptions["qnn"]["backend_path"]);
    }

    [Fact]
    public void Load_RelativePaths_StartAtTheFilesFolder()
    {
        var c = Good("mqtt: { url: mqtts://h, ca_file: ca.pem }\nmodels: { folders: [m, /abs] }\nstreams: { a: clips/walk.mp4 }");
        Assert.Equal("/etc/edgepose/ca.pem", c.Mqtt.CaFile);
        Assert.Equal(["/etc/edgepose/m", "/abs"], c.Models.Folders);
        Assert.Equal("/etc/edgepose/clips/walk.mp4", c.Streams[0].Source.Url);
    }

    [Fact]
    public void Load_Overrides_WinAndMeetTheSameChecks()
    {
        const string yaml = "streams:\n  front: rtsp://h/1\n";
        var c = Good(yaml, "streams.front.fps=12", "inference.providers=[cuda, cpu]", "node=other", "streams.front.pose.max_people=4",
            "inference.provider_options.cuda.some.option=1", "streams.back=/tmp/x.mp4");
        Assert.Equal((12.0, "rtsp://h/1", 4), (c.Streams[0].Source.Fps, c.Streams[0].Source.Url, c.Streams[0].Pose.MaxPeople));
        Assert.Equal(["cuda", "cpu"], c.Inference.Providers);
        Assert.Equal(("other", "1", 2), (c.Node, c.Inference.ProviderOptions["cuda"]["some.option"], c.Streams.Count));
        Assert.Equal(
            [
                "--set  expected --set key=value, with the key as in the file: streams.front.fps=5",
                "--set  streams.front.fps: expected a number 0.1–240 such as 5 or 5fps, or 0 for all, got \"many\"",
            ],
            Lines(Load(yaml, "streams.front.fps=many", "oops")));
    }

    [Fact]
    public void Load_WithoutStreams_IsAnErrorUnlessTheVerbNeedsNone()
    {
        Assert.Contains("no stream is configured", Texts(Load("node: a")), StringComparison.Ordinal);
        Assert.NotNull(ConfigLoader.Parse("node: a"u8, "x.yaml", new LoadOptions { RequireStreams = false }).Config);
    }

    [Fact]
    public void Load_FileThatIsNotThere_SaysSo()
    {
        using var folder = new TempFolder();
        Assert.Contains("does not exist", Texts(ConfigLoader.Load(Path.Combine(folder.Path, "none.yaml"))), StringComparison.Ordinal);
        Assert.Contains("folder, not a file", Texts(ConfigLoader.Load(folder.Path)), StringComparison.Ordinal);
        var file = folder.Write("edgepose.yaml", "streams: { a: x.mp4 }");
        Assert.Equal(Path.Combine(folder.Path, "x.mp4"), ConfigLoader.Load(file).Config!.Streams[0].Source.Url);
    }

    [Theory]
    [InlineData("Hall-PI.example.org", "hall-pi")]
    [InlineData("Küche 2", "k-che-2")]
    [InlineData("___", "edgepose")]
    [InlineData("", "edgepose")]
    public void Node_Default_IsTheCleanedHostName(string host, string expected) =>
        Assert.Equal(expected, ConfigLoader.Parse("streams: { a: x.mp4 }"u8, "x", new LoadOptions { HostName = host }).Config!.Node);
}
