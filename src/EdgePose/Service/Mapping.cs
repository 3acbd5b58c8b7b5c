using EdgePose.Delivery;
using EdgePose.Networks.Families;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.Networks.TopDown;
using EdgePose.People.Skipping;
using EdgePose.People.Tracking;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Sinks.Mqtt;
using EdgePose.Streams;

namespace EdgePose.Service;

/// <summary>Configuration to the options of each feature: the only place where both sides are seen.</summary>
internal static class Mapping
{
    public static InferenceOptions Inference(InferenceConfig config, string requireProvider) => new()
    {
        Providers = config.Providers,
        RequireProvider = requireProvider.Length > 0 ? requireProvider : config.RequireProvider,
        Threads = config.Threads,
        Batch = config.Batch,
        RuntimeLibrary = config.RuntimeLibrary,
        ProviderOptions = config.ProviderOptions,
        PluginLibraries = config.PluginLibraries,
    };

    public static SchedulingOptions Scheduling(InferenceConfig config) => new()
    {
        Adaptive = config.Adaptive,
        TargetUtilisation = config.TargetUtilisation,
        TargetAge = config.TargetAge,
        RunDeadline = config.RunDeadline,
    };

    public static ScheduledStreamOptions Scheduled(StreamConfig stream) => new() { Weight = stream.Priority, MaxAge = stream.MaxAge, ExpectedFps = stream.Fps };

    public static SourceOptions Source(StreamConfig stream, Func<int, int, (int Width, int Height)> frameSize) => new()
    {
        Stream = stream.Id,
        Url = stream.Url,
        SubStream = stream.SubStream,
        User = stream.User,
        Password = stream.Password,
        Transport = stream.Transport == Transport.Udp ? SourceTransport.Udp : SourceTransport.Tcp,
        Fps = stream.Fps,
        Hardware = stream.HardwareDecode switch
        {
            HardwareDecode.None => HardwareDecoder.None,
            HardwareDecode.Cuda => HardwareDecoder.Cuda,
            HardwareDecode.Vaapi => HardwareDecoder.Vaapi,
            HardwareDecode.V4l2m2m => HardwareDecoder.V4l2m2m,
            HardwareDecode.Drm => HardwareDecoder.Drm,
            _ => HardwareDecoder.Auto,
        },
        StallAfter = stream.StallAfter,
        DiscardCorrupt = stream.DiscardCorrupt,
        CameraTime = stream.CameraTime,
        Loop = stream.Loop,
        Pace = stream.Pace == Pace.Max ? SourcePace.Max : SourcePace.Realtime,
        FrameSize = frameSize,
    };

    /// <summary>What the estimators let through: the tracker keeps a known person alive with scores that would not start one.</summary>
    private static float LowScore(PoseConfig pose, bool tracked) => tracked ? pose.MinScore / 2 : pose.MinScore;

    public static BottomUpOptions BottomUp(PoseConfig pose, bool tracked) => new()
    {
        Profile = pose.Profile == Profile.Accurate ? DecodeProfile.Accurate : DecodeProfile.Fast,
        Flip = pose.Flip,
        // Filling the missing joints of plausible people costs a tenth of a millisecond and gained .06 AP on labelled pictures.
        Refine = true,
        ShortSide = pose.ShortSide,
        MaxPeople = pose.MaxPeople,
        // 0 would mean every instance of the grouping, duplicates included, which is for evaluation.
        MinScore = Math.Max(1e-3f, LowScore(pose, tracked)),
    };

    public static TopDownOptions TopDown(StreamConfig stream, bool tracked) => new()
    {
        DetectEvery = stream.Pose.DetectEvery,
        MaxPeople = stream.Pose.MaxPeople,
        MinScore = LowScore(stream.Pose, tracked),
        MaxFrameSide = stream.MaxSize,
    };

    /// <summary>A recording read as fast as possible is to be measured completely, and its arrival times say nothing of its motion.</summary>
    public static SkippingOptions Skipping(StreamConfig stream, TrackingConfig tracking, float jointThreshold) => new()
    {
        Enabled = stream.Skipping.Enabled && stream.Pace != Pace.Max && tracking.Enabled,
        Gate = stream.Skipping.Gate,
        DetectEvery = stream.Pose.DetectEvery,
        DetectorGap = stream.Skipping.DetectorGap,
        PoseGap = stream.Skipping.PoseGap,
        MaxPosePeriod = stream.Skipping.MaxPosePeriod,
        Propagate = stream.Skipping.Propagate,
        MaxLost = tracking.MaxLost,
        JointThreshold = jointThreshold,
    };

    public static TrackerOptions Tracker(TrackingConfig tracking, StreamConfig stream, float jointThreshold) => new()
    {
        HighScore = stream.Pose.MinScore,
        LowScore = LowScore(stream.Pose, tracked: true),
        MaxLost = tracking.MaxLost,
        Smooth = tracking.Smooth,
        Propagate = stream.Skipping.Propagate,
        JointThreshold = jointThreshold,
    };

    public static MqttOptions Mqtt(MqttConfig mqtt) => new()
    {
        Host = mqtt.Host,
        Port = mqtt.Port,
        ClientId = mqtt.ClientId,
        WebSocketPath = mqtt.WebSocketPath,
        Version = mqtt.Protocol == MqttProtocol.V5 ? MqttVersion.V5 : MqttVersion.V311,
        User = mqtt.User,
        Password = mqtt.Password,
        Tls = mqtt.Tls,
        CaFile = mqtt.CaFile,
        CertFile = mqtt.CertFile,
        KeyFile = mqtt.KeyFile,
        Insecure = mqtt.Insecure,
        KeepAlive = mqtt.KeepAlive,
    };

    public static OutboxOptions Outbox(EdgePoseConfig config) => new()
    {
        Node = config.Node,
        MaxRate = config.Poses.MaxRate,
        SpoolRetention = config.Spool.MaxAge,
    };

    public static MqttSinkOptions MqttSink(EdgePoseConfig config) => new()
    {
        Prefix = config.Mqtt.Prefix,
        Node = config.Node,
        Envelope = config.Mqtt.Envelope == Envelope.CloudEvents ? EventEnvelope.CloudEvents : EventEnvelope.None,
        Version = config.Mqtt.Protocol == MqttProtocol.V5 ? MqttVersion.V5 : MqttVersion.V311,
    };
}
