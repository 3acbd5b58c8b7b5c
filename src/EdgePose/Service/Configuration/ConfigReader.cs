using System.Security.Cryptography;
using EdgePose.Delivery;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.People.Listing;
using EdgePose.People.Skipping;
using EdgePose.People.Tracking;
using EdgePose.Service.Endpoints;
using EdgePose.Service.Logs;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.Settings.Yaml;

namespace EdgePose.Service.Configuration;

/// <summary>What a whole file is: the sections of all features, in the order of the manual.</summary>
internal static class ConfigReader
{
    /// <param name="root">The file.</param>
    /// <param name="options">What the caller decides.</param>
    public static EdgePoseConfig Read(Section root, LoadOptions options)
    {
        var name = root.Id("node", Scalars.CleanId(options.HostName, "edgepose"), new Doc("Name of this machine in topics and client id.")
        {
            Default = "host name", Remark = "in lower case and without its domain", Example = "hall-pi",
        });
        var sinks = ConfiguredSinks.Read(root, name);
        var log = LogSettings.Read(root.Child("log", LogSettings.About));
        var models = ModelsSettings.Read(root.Child("models", ModelsSettings.About));
        var (inference, scheduling, quantization) = Networks(root.Child("inference", InferenceSettings.About));
        var pose = PoseSettings.Read(root.Child("pose", PoseSettings.About), PoseSettings.Defaults);
        var skipping = SkippingSettings.Read(root.Child("skipping", SkippingSettings.About), new SkippingSettings());
        var tracking = TrackerSettings.Read(root.Child("tracking", TrackerSettings.About));
        var poses = root.Child("poses", OutboxSettings.About);
        var listing = ListingSettings.Read(poses);
        var events = EventsSettings.Read(root.Child("events", EventsSettings.About));
        var record = RecordSettings.Read(root.Child("record", RecordSettings.About));
        var spool = SpoolSettings.Read(root.Child("spool", SpoolSettings.About));
        var metrics = MetricsSettings.Read(root.Child("metrics", MetricsSettings.About));
        var status = StatusSettings.Read(root.Child("status", StatusSettings.About));
        var streams = StreamConfig.ReadAll(
            root.Child("streams", StreamConfig.About with { Default = "required" }), new StreamDefaults(pose, skipping, events), options.RequireStreams);
        if (!tracking.Enabled && streams.Any(s => s.Events.Rules.Count > 0)) { root.Error("tracking", "rules need tracking.enabled: without identities nobody stays or moves"); }
        root.Done();
        return new EdgePoseConfig
        {
            Node = name, Sinks = sinks, Log = log, Models = models, Inference = inference, Scheduling = scheduling, Quantization = quantization, Tracking = tracking,
            Listing = listing, Outbox = OutboxSettings.Read(poses, name, spool.MaxAge),
            Spool = spool, Events = events, Record = record, Metrics = metrics, Status = status,
            Streams = streams, Path = "", Hash = "", Secrets = [],
        };
    }

    /// <summary>The section <c>inference</c>, which the runtime, the scheduler and the check of quantized models share.</summary>
    private static (InferenceSettings, SchedulingSettings, QuantizationLimits) Networks(Section s)
    {
        var inference = InferenceSettings.Read(s);
        var scheduling = SchedulingSettings.Read(s, inference.RunDeadline);
        var quantization = CardRule.ReadLimits(s);
        s.Done();
        return (inference, scheduling, quantization);
    }
}
