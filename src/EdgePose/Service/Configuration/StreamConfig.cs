using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Scenes;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Scheduling;
using EdgePose.People.Skipping;
using EdgePose.People.Tracking;
using EdgePose.Settings;
using EdgePose.Streams;

namespace EdgePose.Service.Configuration;

/// <summary>One stream: the settings of every feature that it passes through.</summary>
internal sealed record StreamConfig
{
    private const int MostStreams = 256;

    private static readonly Words<PublishScope> ScopeWords = new(
        ("poses", PublishScope.Poses), ("events", PublishScope.Events), ("counts_only", PublishScope.CountsOnly), ("nothing", PublishScope.Nothing));

    public static readonly Doc About = """
        Video sources by name. "front: rtsp://camera.lan/stream2" is enough; the long form has these keys:
        """;

    public required SourceSettings Source { get; init; }
    public required bool Enabled { get; init; }
    public required ScheduledStreamSettings Scheduled { get; init; }

    /// <summary>Longest side of the frames handed to top-down models, in pixels.</summary>
    public required int MaxSize { get; init; }
    public required PoseSettings Pose { get; init; }
    public required SkippingSettings Skipping { get; init; }

    /// <summary>What of this stream leaves the machine.</summary>
    public required PublishScope Publish { get; init; }

    /// <summary>Whether key-points are recorded when a folder for it is set.</summary>
    public required bool Record { get; init; }

    /// <summary>Zones, lines and rules.</summary>
    public required StreamRules Events { get; init; }

    public string Id => Source.Stream;

    /// <summary>What the tracker of this stream is told, of which the section <c>tracking</c> says a part.</summary>
    public TrackerSettings Tracker(TrackerSettings tracking, float jointThreshold) => tracking with
    {
        HighScore = Pose.MinScore,
        LowScore = Pose.LowScore(tracked: true),
        Propagate = Skipping.Propagate,
        JointThreshold = jointThreshold,
    };

    /// <summary>What the planner of this stream is told. A recording read as fast as possible is to be measured completely, and its arrival times say nothing of its motion.</summary>
    public SkippingSettings Planning(TrackerSettings tracking, float jointThreshold) => Skipping with
    {
        Enabled = Skipping.Enabled && Source.Pace != SourcePace.Max && tracking.Enabled,
        DetectEvery = Pose.DetectEvery,
        MaxLost = tracking.MaxLost,
        JointThreshold = jointThreshold,
    };

    /// <param name="streams">The section <c>streams</c>.</param>
    /// <param name="shared">What streams inherit.</param>
    /// <param name="required">Whether a file without streams is an error.</param>
    public static IReadOnlyList<StreamConfig> ReadAll(Section streams, StreamDefaults shared, bool required)
    {
        var entries = streams.Names("front");
        var all = new List<StreamConfig>(Math.Min(entries.Count, MostStreams));
        foreach (var entry in entries)
        {
            if (!Scalars.IsId(entry.Key)) { streams.Error(entry, "a stream's name is " + Section.CheckId(entry.Key)); }
            all.Add(Read(streams.Sub(entry, shorthand: "url"), entry.Key, shared));
        }
        if (entries.Count > MostStreams) { streams.Error("", $"more than {MostStreams} streams"); }
        if (entries.Count == 0 && required) { streams.Missing("no stream is configured; add \"streams: { front: rtsp://camera/path }\""); }
        streams.Done();
        return all;
    }

    private static StreamConfig Read(Section s, string id, StreamDefaults shared)
    {
        var source = SourceSettings.Read(s, id);
        var config = new StreamConfig
        {
            Source = source,
            Enabled = s.Flag("enabled", true, "false keeps the stream in the file without opening it."),
            Scheduled = ScheduledStreamSettings.Read(s, source.Fps),
            MaxSize = s.Integer("max_size", 960, 64, 7680, new Doc("""
                Longest side of the frames that top-down models see. More finds people who are farther away and costs memory.
                """) { Unit = "pixels" }),
            Publish = s.Choice("publish", PublishScope.Poses, ScopeWords, """
                How much of this stream leaves the machine; each word includes what follows it. counts_only: numbers of people and the state of the
                stream, nothing about a single person. nothing: the state only.
                """),
            Record = s.Flag("record", true, "false keeps this stream out of the recordings."),
            Events = StreamRules.Read(s, shared.Events),
            Pose = PoseSettings.Read(s.Child("pose", "Any key of the section pose above, for this stream alone.", "as in pose"), shared.Pose),
            Skipping = SkippingSettings.Read(s.Child("skipping", "Any key of the section skipping above, for this stream alone.", "as in skipping"), shared.Skipping),
        };
        s.Done();
        return config;
    }
}

/// <summary>The top-level sections that streams inherit from.</summary>
internal sealed record StreamDefaults(PoseSettings Pose, SkippingSettings Skipping, EventsSettings Events);
