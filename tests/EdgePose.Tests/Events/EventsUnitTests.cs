using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Events.Recording;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Service;
using EdgePose.Tests.Service.Configuration;
using EdgePose.TestSupport;
using EdgePose.Workshop.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Events;

public sealed class EventsUnitTests : IDisposable
{
    private const string Yaml = """
        streams:
          hall:
            url: rtsp://h/1
            publish: poses
            zones: { floor: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]] }
            lines: { door: [[0.5, 1], [0.5, 0]] }
            rules:
              in: { type: zone, zone: floor }
              number: { type: occupancy, zone: floor }
              door: { type: line, line: door }
        """;

    private readonly FakeTimeProvider _time = new();
    private readonly List<PoseEvent> _events = [];
    private readonly List<ZoneCount> _counts = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-unit-").FullName;
    private readonly TrackedPoseList _people = new(17);
    private long _sequence;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("poses", "zone_enter zone_occupancy line_cross zone_leave zone_occupancy", 2)]
    [InlineData("events", "zone_enter zone_occupancy line_cross zone_leave zone_occupancy", 2)]
    [InlineData("counts_only", "zone_occupancy zone_occupancy", 2)]
    [InlineData("nothing", "", 0)]
    public async Task Publish_NarrowsWhatLeaves(string publish, string types, int counts)
    {
        await using var unit = Unit(Yaml.Replace("publish: poses", $"publish: {publish}", StringComparison.Ordinal));
        Walk(unit, 8);
        Assert.Equal(types, string.Join(' ', _events.Select(e => e.Type.Name)));
        Assert.Equal(counts, _counts.Count);
        if (publish == "counts_only") { Assert.All(_events, e => Assert.Equal((null, null, 0), (e.Track, e.Box, e.Points.Count))); }
        Assert.Equal(1, unit.Raised(ZoneRule.Enter));
    }

    [Fact]
    public async Task Status_StalledAndBack_IsLostAndRestoredOnce()
    {
        await using var unit = Unit(Yaml);
        unit.StatusChanged(Status(StreamState.Unreachable, "port closed", 0));
        unit.StatusChanged(Status(StreamState.Online, "", 1));
        Walk(unit, 2);
        foreach (var state in (StreamState[])[StreamState.Stalled, StreamState.Unreachable, StreamState.Failed])
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            unit.StatusChanged(Status(state, $"is {state}", 1));
        }
        unit.StatusChanged(Status(StreamState.Online, "", 2));
        Walk(unit, 1, epoch: 2);
        var stream = _events.Where(e => e.Rule == "stream").ToList();
        Assert.Equal([(EventType.StreamLost, EventPhase.Start, "is Stalled"), (EventType.StreamRestored, EventPhase.End, "frames again")], stream.Select(e => (e.Type, e.Phase, e.Reason)));
        Assert.InRange(stream[1].Duration.TotalSeconds, 40, 41);
        Assert.Equal("stream_lost", _events.Single(e => e.Type == ZoneRule.Leave).Reason);
    }

    [Fact]
    public async Task Recording_EndedByItself_ClosesWhatIsOpen()
    {
        await using var unit = Unit(Yaml);
        Walk(unit, 3);
        unit.StatusChanged(Status(StreamState.Disabled, "end of file", 1));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(_events, e => e.Type == ZoneRule.Leave);
        _time.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal("stopped", _events.Single(e => e.Type == ZoneRule.Leave).Reason);
        Assert.DoesNotContain(_events, e => e.Type == EventType.StreamLost);
    }

    [Fact]
    public async Task Clock_SteppedByAnHour_ChangesStampsAndNoDuration()
    {
        await using var unit = Unit(Yaml);
        Walk(unit, 3);
        Walk(unit, 5, from: 3, step: TimeSpan.FromHours(1));
        var (enter, leave) = (_events.Single(e => e.Type == ZoneRule.Enter), _events.Single(e => e.Type == ZoneRule.Leave));
        Assert.InRange(leave.Duration.TotalSeconds, 3, 6);
        Assert.InRange((leave.Time - enter.Time).TotalMinutes, 60, 61);
        Assert.Equal(leave.Microseconds - enter.Microseconds, (leave.Time - enter.Time - TimeSpan.FromHours(1)).TotalMicroseconds);
    }

    [Fact]
    public async Task Recording_Replayed_GivesTheSameEventsToTheLastBit()
    {
        var stream = Loading.Good(Yaml).Streams[0];
        var header = Header() with { Session = "ab" };
        var recorder = new KeypointRecorder(new RecorderOptions { Folder = _folder, MaxBytes = 1 << 20 }, header, _time, NullLogger.Instance);
        var unit = new EventsUnit(EventSetup.Of(header, stream.Id, Loading.Good(Yaml).Events, stream.Events), stream.Publish, recorder, new EventOutputs { Raise = _events.Add }, _time);
        Walk(unit, 8);
        unit.StatusChanged(Status(StreamState.Stalled, "no frame", 1));
        _time.Advance(TimeSpan.FromSeconds(30));
        Walk(unit, 6, epoch: 2);
        await unit.DisposeAsync();
        Assert.Equal(0, unit.Recording!.Value.RecordsDropped);

        var session = new ReplaySession(new RuleSet(stream, Loading.Good(Yaml).Events), null, _ => { });
        var missing = await RecordingSource.PlayAsync(RecordingSource.Find([_folder]), session, new ReplayPace(0, _time), CancellationToken.None);
        Assert.Equal(0, missing);
        Assert.True(_events.Count > 8);
        Assert.Equal(_events.Select(e => EventLine.Of(e).ToJson()), session.Events.Select(e => e.ToJson()));
    }

    /// <summary>On a timer's thread it would end the process.</summary>
    [Fact]
    public async Task EndOfARecording_WhereRaisingThrows_IsCountedAndEndsNothing()
    {
        var config = Loading.Good(Yaml);
        var isBroken = false;
        var outputs = new EventOutputs { Raise = e => { if (isBroken) { throw new InvalidOperationException("a defect"); } _events.Add(e); } };
        await using var unit = new EventsUnit(EventSetup.Of(Header(), "hall", config.Events, config.Streams[0].Events), config.Streams[0].Publish, null, outputs, _time);
        Walk(unit, 3);
        isBroken = true;
        unit.StatusChanged(Status(StreamState.Disabled, "", 1));
        _time.Advance(TimeSpan.FromSeconds(10));
        isBroken = false;

        Assert.Equal(1, unit.Supervised.Sum(s => s.Faults));
    }

    [Fact(DisableParallelization = true)]
    public async Task Take_SteadyState_AllocatesNothing()
    {
        await using var unit = Unit(Yaml);
        var seconds = 0.0;
        void Round()
        {
            for (var i = 0; i < 300; i++) { Frame(unit, seconds += 0.2, 0.3f, 1, TimeSpan.Zero); }
        }
        Round();
        Assert.Equal(0, Allocations.OfBestRound(Round));
    }

    private EventsUnit Unit(string yaml)
    {
        var config = Loading.Good(yaml);
        var outputs = new EventOutputs { Raise = _events.Add, Count = _counts.Add };
        return new EventsUnit(EventSetup.Of(Header(), "hall", config.Events, config.Streams[0].Events), config.Streams[0].Publish, null, outputs, _time);
    }

    private static RecordingHeader Header()
    {
        var poses = new PoseFacts("hall", Skeletons.Coco17) { JointThreshold = 0.3f, LostAfter = PoseFacts.WaitFor(Loading.Good(Yaml).Tracking.MaxLost) };
        return RecordingHeader.Begin(poses);
    }

    private static StreamStatus Status(StreamState state, string reason, int epoch) => new(state, default, reason, epoch, 0, 0, 0, "", "");

    /// <summary>One person stands on the left for four seconds, then on the right.</summary>
    private void Walk(EventsUnit unit, double seconds, int epoch = 1, double from = 0, TimeSpan step = default)
    {
        for (var t = from; t < from + seconds; t += 0.2)
        {
            _time.Advance(TimeSpan.FromSeconds(0.2));
            Frame(unit, -1, t < 4 ? 0.3f : 0.7f, epoch, step);
        }
    }

    private void Frame(EventsUnit unit, double seconds, float x, int epoch, TimeSpan step)
    {
        _people.Clear();
        var person = _people.Add();
        (person.Track, person.Score, person.Source) = (epoch, 0.8f, PoseSource.Measured);
        person.Box = new Box(x * 640 - 30, 200, x * 640 + 30, 400);
        person.Points.AsSpan().Fill(Keypoint.Missing);
        var ticks = seconds < 0 ? _time.GetTimestamp() : (long)(seconds * TimeSpan.TicksPerSecond);
        var utc = seconds < 0 ? _time.GetUtcNow() : DateTimeOffset.UnixEpoch.AddTicks(ticks);
        unit.Take(new PoseReport(new FrameInfo("hall", epoch, _sequence++, ticks, utc + step), 640, 480, Skeletons.Coco17, "m", _people));
    }
}
