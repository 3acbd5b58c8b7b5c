using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Recording;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>Configuration of zones, lines and rules to the settings of the engine.</summary>
internal static class EventMapping
{
    /// <summary>How long the engine waits for somebody whom the tracker may still find again.</summary>
    private static readonly TimeSpan AfterTracker = TimeSpan.FromMilliseconds(500);

    public static PoseFacts Poses(StreamConfig stream, EdgePoseConfig config, Skeleton skeleton, float jointThreshold) =>
        new(stream.Id, skeleton) { JointThreshold = jointThreshold, LostAfter = config.Tracking.MaxLost + AfterTracker };

    /// <summary>Rules and recording of a stream.</summary>
    public static EventsUnit Unit(
        StreamConfig stream, EdgePoseConfig config, PoseFacts poses, string model, EventOutputs outputs, ILoggerFactory loggers, TimeProvider time)
    {
        var header = RecordingHeader.Begin(poses) with { Model = model, ConfigHash = config.Hash, Program = Versions.Self };
        return new EventsUnit(Setup(stream, config.Events, header), stream.Publish, outputs.Tap?.Invoke(header) ?? Open(), outputs, time);

        ISceneSink? Open() => config.Record.Folder.Length == 0 || !stream.Record ? null
            : new KeypointRecorder(Recorder(stream, config.Record), header, time, loggers.CreateLogger<KeypointRecorder>());
    }

    /// <summary>
    /// What the engine is told: rules from the configuration, everything about the poses from the header, so that a recording is judged as it was when it was made.
    /// </summary>
    public static EventSetup Setup(StreamConfig stream, EventsConfig events, RecordingHeader header) =>
        new(header.Poses(stream.Id), Shared(events), Rules(stream));

    private static EventsSettings Shared(EventsConfig events) => new()
    {
        StreamState = events.StreamState,
        Pose = events.Pose,
        History = events.History,
        JointScore = events.JointScore,
        MinAge = events.MinAge,
        MinScore = events.MinScore,
        Margin = events.Margin,
        EnterAfter = events.EnterAfter,
        LeaveAfter = events.LeaveAfter,
        Schedules = [.. events.Schedules.Select(s => new ScheduleSettings(s.Name, s.Days, s.From, s.To))],
    };

    private static StreamRules Rules(StreamConfig stream) => new()
    {
        Zones = [.. stream.Zones.Select(z => new ZoneShape(z.Name, z.Corners))],
        Lines = [.. stream.Lines.Select(l => new LineShape(l.Name, l.From, l.To))],
        Rules = [.. stream.Rules.Select(Rule)],
    };

    /// <summary>What the rules of a stream can raise.</summary>
    public static IReadOnlyList<EventType> Types(StreamConfig stream) => Rules(stream).EventTypes;

    private static RecorderOptions Recorder(StreamConfig stream, RecordConfig record) =>
        new() { Folder = Path.Combine(record.Folder, stream.Id), MaxBytes = record.MaxSize };

    private static RuleSettings Rule(RuleConfig rule)
    {
        RuleSettings own = rule.Type switch
        {
            RuleType.Zone => new ZoneRule.Settings(),
            RuleType.Occupancy => new OccupancyRule.Settings(),
            RuleType.Line => new LineRule.Settings { Line = rule.Line, Crossing = Crossing(rule.Crossing) },
            RuleType.Dwell => new DwellRule.Settings(),
            RuleType.Crowding => new CrowdingRule.Settings { Count = rule.Count },
            RuleType.Fall => new FallRule.Settings { Angle = rule.Angle, Speed = rule.Speed },
            RuleType.Lying => new LyingRule.Settings { Angle = rule.Angle },
            RuleType.HandRaised => new HandRaisedRule.Settings { Hand = Wanted(rule.Hand), Height = rule.Height },
            RuleType.WrongWay => new WrongWayRule.Settings { Direction = rule.Direction, Speed = rule.Speed },
            _ => throw new UnreachableException($"rule {rule.Type}"),
        };
        return own with
        {
            Name = rule.Name, Zone = rule.Zone, After = rule.After, EndAfter = rule.EndAfter, UpdateEvery = rule.UpdateEvery,
            Cooldown = rule.Cooldown, MinAge = rule.MinAge, MinScore = rule.MinScore, Schedule = rule.Schedule,
        };
    }

    private static LineRule.Way Crossing(LineCrossing crossing) => crossing switch
    {
        LineCrossing.Both => LineRule.Way.Both,
        LineCrossing.LeftToRight => LineRule.Way.LeftToRight,
        LineCrossing.RightToLeft => LineRule.Way.RightToLeft,
        _ => throw new UnreachableException($"crossing {crossing}"),
    };

    private static HandRaisedRule.Wanted Wanted(WhichHand hand) => hand switch
    {
        WhichHand.Any => HandRaisedRule.Wanted.Any,
        WhichHand.Left => HandRaisedRule.Wanted.Left,
        WhichHand.Right => HandRaisedRule.Wanted.Right,
        WhichHand.Both => HandRaisedRule.Wanted.Both,
        _ => throw new UnreachableException($"hand {hand}"),
    };
}
