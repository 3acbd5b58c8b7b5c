using EdgePose.Domain;
using EdgePose.Service.Logs;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Scheduling;
using EdgePose.Networks.TopDown;
using EdgePose.Service;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Sinks.Mqtt;
using EdgePose.Streams;
using EdgePose.Tests.Service.Configuration;
using EdgePose.Workshop.Probe;

namespace EdgePose.Tests.Service.Configuration;

/// <summary>A value that the configuration can say and the feature does not get would be lost without a word.</summary>
public sealed class FeatureSettingsTests
{
    private static readonly EdgePoseConfig Config = Loading.Good("""
        mqtt: { url: "mqtts://broker.lan:1234", user: me, prefix: site/a, keep_alive: 11s, protocol: "3.1.1" }
        tracking: { max_lost: 2s, smooth: false }
        poses: { max_rate: 3 }
        inference: { adaptive: false, target_utilisation: 0.5, target_age: 300ms, run_deadline: 7s }
        streams:
          front: { url: clip.mp4, fps: 7, loop: true, stall_after: 9s, max_size: 800, priority: 3, max_age: 250ms }
        """);

    private static StreamConfig Stream => Config.Streams[0];

    [Fact]
    public void EveryValueOfAChoice_HasItsOwnWord()
    {
        AssertComplete(SourceWords.Transports);
        AssertComplete(SourceWords.Decoders);
        AssertComplete(SourceWords.Paces);
        AssertComplete(DecodeProfiles.Words);
        AssertComplete(LogStyles.Words);
        AssertComplete(MqttVersions.Words);
        AssertComplete(EventEnvelopes.Words);
    }

    private static void AssertComplete<T>(Words<T> words) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            Assert.True(words.TryParse(words.Of(value), out var back));
            Assert.Equal(value, back);
        }
        Assert.Equal(Enum.GetNames<T>().Length, words.All.Count);
    }

    [Fact]
    public void Values_ReachTheFeature()
    {
        var source = Stream.Source;
        Assert.Equal(("front", 7.0, true, 9.0), (source.Stream, source.Fps, source.Loop, source.StallAfter.TotalSeconds));
        Assert.EndsWith("clip.mp4", source.Url, StringComparison.Ordinal);
        var mqtt = Config.Mqtt;
        Assert.Equal(("broker.lan", 1234, true, "me", 11.0, MqttVersion.V311), (mqtt.Host, mqtt.Port, mqtt.Tls, mqtt.User, mqtt.KeepAlive.TotalSeconds, mqtt.Version));
        Assert.Equal(("site/a", Config.Node, 3.0), (Config.Broker.Sink.Prefix, Config.Broker.Sink.Node, Config.Outbox.MaxRate));
        Assert.Equal(800, TopDownOptions.For(Stream.Pose, Stream.MaxSize, tracked: true).MaxFrameSide);
        var pose = Stream.Pose with { Flip = true, ShortSide = 512, MaxPeople = 9, MinScore = 0.4f, DetectEvery = 3 };
        var (up, down) = (BottomUpOptions.For(pose, tracked: false), TopDownOptions.For(pose, Stream.MaxSize, tracked: false));
        Assert.Equal((true, 512, 9, 0.4f), (up.Flip, up.ShortSide, up.MaxPeople, up.MinScore));
        Assert.Equal((3, 9, 0.4f), (down.DetectEvery, down.MaxPeople, down.MinScore));
        var tracker = (Stream with { Pose = pose }).Tracker(Config.Tracking, 0.25f);
        Assert.Equal((2.0, false, 0.25f, 0.4f), (tracker.MaxLost.TotalSeconds, tracker.Smooth, tracker.JointThreshold, tracker.HighScore));
    }

    [Fact]
    public void MinScore_WithTracking_LetsThroughWhatTheTrackerMayKeepAlive()
    {
        var pose = Stream.Pose with { MinScore = 0.4f };
        var low = (Stream with { Pose = pose }).Tracker(Config.Tracking, 0.25f).LowScore;
        Assert.InRange(low, 0.01f, 0.39f);
        Assert.Equal((low, low), (BottomUpOptions.For(pose, tracked: true).MinScore, TopDownOptions.For(pose, Stream.MaxSize, tracked: true).MinScore));
        // 0 is the evaluation's way to ask for everything.
        Assert.True(BottomUpOptions.For(pose with { MinScore = 0 }, tracked: true).MinScore > 0);
    }

    [Fact]
    public void Inference_RequiredOnTheCommandLine_WinsOverTheFile()
    {
        var config = Config.Inference with { RequireProvider = "cuda" };
        Assert.Equal("cuda", config.Requiring("").RequireProvider);
        Assert.Equal("qnn", config.Requiring("qnn").RequireProvider);
    }

    [Fact]
    public void ProbedSource_WithAwkwardNames_PrintsABlockThatLoads()
    {
        var source = new SourceSettings { Stream = "front", Url = "rtsp://cam.lan/a?channel=1&subtype=0", User = "ad, min #1 x", Transport = SourceTransport.Udp, Password = new Secret("hunter2") };
        var yaml = "mqtt: { url: \"mqtt://localhost\" }\n" + SourceAdvice.Block(new SourceReport { Url = source.Url, State = "online", Reason = "", SuggestedFps = 5, Transport = "udp" }, source);
        Assert.DoesNotContain("hunter2", yaml, StringComparison.Ordinal);
        using var folder = new TempFolder();
        folder.Write("camera.front", "hunter2");
        var result = Loading.Load(yaml, new Dictionary<string, string> { ["CREDENTIALS_DIRECTORY"] = folder.Path });
        Assert.True(result.Config is not null, Loading.Texts(result));
        var stream = result.Config.Streams[0].Source;
        Assert.Equal((source.Url, source.User, "hunter2", SourceTransport.Udp, 5.0), (stream.Url, stream.User, stream.Password!.Reveal(), stream.Transport, stream.Fps));
    }

    [Fact]
    public void Scheduling_AndLane_GetTheirValues()
    {
        Assert.Equal(
            new SchedulingSettings { Adaptive = false, TargetUtilisation = 0.5, TargetAge = TimeSpan.FromMilliseconds(300), RunDeadline = TimeSpan.FromSeconds(7) },
            Config.Scheduling);
        Assert.Equal(new ScheduledStreamSettings { Weight = 3, MaxAge = TimeSpan.FromMilliseconds(250), ExpectedFps = 7 }, Stream.Scheduled);
        var defaults = Loading.Good("streams:\n  front: clip.mp4\n");
        Assert.Equal((true, null, TimeSpan.FromSeconds(5)), (defaults.Scheduling.Adaptive, defaults.Scheduling.TargetAge, defaults.Inference.RunDeadline));
        Assert.Equal(new ScheduledStreamSettings { Weight = 1, MaxAge = null, ExpectedFps = 5 }, defaults.Streams[0].Scheduled);
    }
}
