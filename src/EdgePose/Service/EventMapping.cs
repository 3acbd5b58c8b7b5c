using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Recording;
using EdgePose.Service.Configuration;
using EdgePose.Settings;

namespace EdgePose.Service;

/// <summary>Configuration of zones, lines and rules to the options of the engine.</summary>
internal static class EventMapping
{
    /// <summary>How long the engine waits for somebody whom the tracker may still find again.</summary>
    private static readonly TimeSpan AfterTracker = TimeSpan.FromMilliseconds(500);

    /// <summary>What a recording of this stream says about itself.</summary>
    public static RecordingHeader Header(StreamConfig stream, EdgePoseConfig config, Skeleton skeleton, string model, float jointThreshold) => new()
    {
        Stream = stream.Id, Skeleton = skeleton.Name, Joints = skeleton.Count, JointThreshold = jointThreshold,
        LostAfterMs = (int)(config.Tracking.MaxLost + AfterTracker).TotalMilliseconds, Model = model, ConfigHash = config.Hash,
        Program = Versions.Self, Session = Guid.NewGuid().ToString("N")[..8], Part = 1,
    };

    /// <summary>
    /// The engine's options: rules from the configuration, everything about the poses from the header, so that a recording is judged as it was when it was made.
    /// </summary>
    public static EventOptions Options(StreamConfig stream, EventsConfig events, RecordingHeader header) => new()
    {
        Stream = stream.Id,
        Skeleton = Skeletons.Get(header.Skeleton),
        JointThreshold = events.JointScore ?? header.JointThreshold,
        LostAfter = TimeSpan.FromMilliseconds(header.LostAfterMs),
        MinAge = events.MinAge,
        MinScore = events.MinScore,
        Margin = events.Margin,
        EnterAfter = events.EnterAfter,
        LeaveAfter = events.LeaveAfter,
        History = events.History,
        Pose = events.Pose,
        StreamState = events.StreamState,
        Zones = [.. stream.Zones.Select(z => new ZoneOptions(z.Name, z.Corners))],
        Lines = [.. stream.Lines.Select(l => new LineOptions(l.Name, l.From, l.To))],
        Rules = [.. stream.Rules.Select(r => Rule(r, events.Schedules))],
    };

    /// <summary>Names of the events that the rules of a stream can raise.</summary>
    public static IReadOnlyList<string> Types(StreamConfig stream) =>
        [.. stream.Rules.SelectMany(r => TypesOf(r.Type)).Distinct().Select(t => t.Name())];

    private static EventType[] TypesOf(RuleType rule) => rule switch
    {
        RuleType.Zone => [EventType.ZoneEnter, EventType.ZoneLeave],
        RuleType.Occupancy => [EventType.ZoneOccupancy],
        RuleType.Line => [EventType.LineCross],
        RuleType.Dwell => [EventType.Dwell],
        RuleType.Crowding => [EventType.Crowding],
        RuleType.Fall => [EventType.Fall],
        RuleType.Lying => [EventType.Lying],
        RuleType.HandRaised => [EventType.HandRaised],
        _ => [EventType.WrongWay],
    };

    public static RecorderOptions Recorder(StreamConfig stream, RecordConfig record) =>
        new() { Folder = Path.Combine(record.Folder, stream.Id), MaxBytes = record.MaxSize };

    private static RuleOptions Rule(RuleConfig rule, IReadOnlyList<ScheduleConfig> schedules) => new()
    {
        Name = rule.Name,
        Kind = rule.Type switch
        {
            RuleType.Zone => RuleKind.Zone,
            RuleType.Occupancy => RuleKind.Occupancy,
            RuleType.Line => RuleKind.Line,
            RuleType.Dwell => RuleKind.Dwell,
            RuleType.Crowding => RuleKind.Crowding,
            RuleType.Fall => RuleKind.Fall,
            RuleType.Lying => RuleKind.Lying,
            RuleType.HandRaised => RuleKind.HandRaised,
            _ => RuleKind.WrongWay,
        },
        Zone = rule.Zone,
        Line = rule.Line,
        After = rule.After,
        EndAfter = rule.EndAfter,
        UpdateEvery = rule.UpdateEvery,
        Cooldown = rule.Cooldown,
        MinAge = rule.MinAge,
        MinScore = rule.MinScore,
        Schedule = rule.Schedule.Count == 0 ? null : new Schedule([.. schedules.Where(s => rule.Schedule.Contains(s.Name)).Select(Window)]),
        Crossing = rule.Crossing switch { LineCrossing.LeftToRight => Crossing.LeftToRight, LineCrossing.RightToLeft => Crossing.RightToLeft, _ => Crossing.Both },
        Count = rule.Count,
        Hand = rule.Hand switch { WhichHand.Left => Hand.Left, WhichHand.Right => Hand.Right, WhichHand.Both => Hand.Both, _ => Hand.Any },
        Height = rule.Height,
        Angle = rule.Angle,
        Speed = rule.Speed,
        Direction = rule.Direction,
    };

    private static TimeWindow Window(ScheduleConfig schedule) =>
        new(schedule.Days.Aggregate(0, static (bits, day) => bits | 1 << (int)day), schedule.From, schedule.To);
}
