using EdgePose.Tests.Service.Configuration;
using System.Numerics;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using static EdgePose.Tests.Service.Configuration.Loading;

namespace EdgePose.Tests.Events.Scenes;

public sealed class EventsSettingsTests
{
    private static readonly string Types = string.Join(", ", RuleKinds.All.Select(k => k.Word));

    private const string Full = """
        events:
          min_age: 1s
          schedules:
            night: { from: 22:00, to: 06:00 }
            office: { days: [mon, fri], from: 08:30, to: 17:00 }
        record: { folder: rec, max_size: 2GiB }
        streams:
          hall:
            url: rtsp://h/1
            publish: counts_only
            record: false
            zones:
              floor: [[0.1, 0.2], [0.9, 0.2], [0.9, 1], [0.1, 1]]
            lines: { door: [[0.5, 1], [0.5, 0]] }
            rules:
              fallen: { type: fall, zone: floor, schedule: [night, office], min_score: 0.4 }
              in-out: { type: line, line: door, crossing: left_to_right }
              one-way: { type: wrong_way, direction: [0, -1] }
              queue: { type: crowding, zone: floor, count: 3, after: 1m }
        """;

    [Fact]
    public void Load_ZonesLinesAndRules_AreReadWithTheDefaultsOfTheirTypes()
    {
        var c = Good(Full);
        var s = Assert.Single(c.Streams);
        Assert.Equal((PublishScope.CountsOnly, false), (s.Publish, s.Record));
        Assert.Equal(("/etc/edgepose/rec", 2L << 30), (c.Record.Folder, c.Record.MaxSize));
        Assert.Equal(("floor", new Vector2(0.9f, 1)), (s.Events.Zones[0].Name, s.Events.Zones[0].Corners[2]));
        Assert.Equal(new LineShape("door", new(0.5f, 1), new(0.5f, 0)), s.Events.Lines[0]);
        var rules = s.Events.Rules;
        var (fall, line) = (Assert.IsType<FallRule.Settings>(rules[0]), Assert.IsType<LineRule.Settings>(rules[1]));
        var (way, queue) = (Assert.IsType<WrongWayRule.Settings>(rules[2]), Assert.IsType<CrowdingRule.Settings>(rules[3]));
        Assert.Equal(("fallen", FallRule.Kind, "floor", 0.7, 2.0), (fall.Name, fall.Kind, fall.Zone, fall.After.TotalSeconds, fall.EndAfter.TotalSeconds));
        Assert.Equal((50f, 1.6f, 0.4f, 1.0), (fall.Angle, fall.Speed, fall.MinScore, fall.MinAge.TotalSeconds));
        Assert.Equal(["night", "office"], fall.Schedule);
        Assert.Equal((LineRule.Way.LeftToRight, "door", 0.2), (line.Crossing, line.Line, line.After.TotalSeconds));
        Assert.Equal((new Vector2(0, -1), 0.05f, ""), (way.Direction, way.Speed, way.Zone));
        Assert.Equal((3, 60.0, 30.0), (queue.Count, queue.After.TotalSeconds, queue.UpdateEvery.TotalSeconds));
        var office = c.Events.Schedules[1];
        Assert.Equal([DayOfWeek.Monday, DayOfWeek.Friday], office.Days);
        Assert.Equal((new TimeSpan(8, 30, 0), new TimeSpan(17, 0, 0)), (office.From, office.To));
        Assert.Equal(7, c.Events.Schedules[0].Days.Count);
    }

    [Fact]
    public void Load_Mistakes_AreAllReportedWithTheirPlaceAndTheNearestName()
    {
        var result = Load("""
            events: { margin: 2, schedules: { night: { from: 25:00 } } }
            record: { max_size: 10 }
            streams:
              hall:
                url: rtsp://h/1
                publish: pixels
                zones:
                  bow: [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]
                  flat: [[0, 0], [1, 1]]
                  hall: [[0, 0], [1, 0], [1, 1.5]]
                lines: { door: [[0.5, 0.5], [0.5, 0.5]] }
                rules:
                  a: { type: fal }
                  b: { type: zone, zone: hal }
                  c: { type: line }
                  d: { type: fall, count: 4, schedule: nigth }
                  e: { zone: hall }
                  f: { type: wrong_way }
                  stream: { type: fall }
            """);
        Assert.Null(result.Config);
        string[] expected =
            [
                "1:19 events.margin: expected a number 0–0.2, got \"2\"",
                "1:50 events.schedules.night.from: expected a time of day such as 22:00, got \"25:00\"",
                "2:21 record.max_size: expected a size 1MiB–1024GiB with its unit (KiB, MiB, GiB), got \"10\"",
                "6:14 streams.hall.publish: expected one of poses, events, counts_only, nothing, got \"pixels\"",
                "8:7 streams.hall.zones.bow: the polygon crosses itself: its sides 1 and 3 meet",
                "9:13 streams.hall.zones.flat: expected 3–64 points [[x, y], …] with x and y from 0 (left, top) to 1 (right, bottom), got 2",
                "10:13 streams.hall.zones.hall: expected 3–64 points [[x, y], …] with x and y from 0 (left, top) to 1 (right, bottom)",
                "11:14 streams.hall.lines.door: the line has no length",
                $"13:18 streams.hall.rules.a.type: expected one of {Types}, got \"fal\"; did you mean \"fall\"?",
                "14:30 streams.hall.rules.b.zone: there is no zone \"hal\" in this stream; did you mean \"hall\"?",
                "15:7 streams.hall.rules.c: a rule of type line needs a line",
                "16:31 streams.hall.rules.d.count: has no effect on a rule of type fall  [warning]",
                "16:44 streams.hall.rules.d.schedule: expected one of night, got \"nigth\"; did you mean \"night\"?",
                $"17:7 streams.hall.rules.e: type is missing: one of {Types}",
                "18:7 streams.hall.rules.f: a rule of type wrong_way needs a direction, the right way as [x, y]",
                "19:7 streams.hall.rules.stream: a rule's name is not \"stream\", which names lost and restored streams",
            ];
        // Two spaces stand between place and text.
        Assert.Equal(string.Join('\n', expected), string.Join('\n', Lines(result).Select(l => l.Replace("  streams", " streams", StringComparison.Ordinal).Replace("  events", " events", StringComparison.Ordinal).Replace("  record", " record", StringComparison.Ordinal))));
    }

    [Fact]
    public void Load_RulesWithoutTracking_IsAnError() =>
        Assert.Contains("rules need tracking.enabled", Texts(Load("tracking: { enabled: false }\nstreams: { a: { url: rtsp://h/1, rules: { f: { type: fall } } } }")), StringComparison.Ordinal);

    [Theory]
    [InlineData("0,0 1,0 1,1 0,1", null)]
    [InlineData("0,0 1,0 1,1 0.5,0.5 0,1", null)] // concave
    [InlineData("0,0 1,0 1,0 0,1", "point 2 stands twice")]
    [InlineData("0,0 1,0 0.5,0 0.5,1", "the polygon crosses itself: its sides 1 and 3 meet")] // touches itself
    [InlineData("0,0 0.5,0.5 1,1", "the polygon has no area")]
    public void Zone_Polygon_MustBeSimple(string corners, string? problem) =>
        Assert.Equal(problem, ZoneShape.Problem([.. corners.Split(' ').Select(c => c.Split(',')).Select(c => new Vector2(float.Parse(c[0], null), float.Parse(c[1], null)))]));

    [Fact]
    public void Load_SecretsNotThere_AreNoErrorForAVerbThatConnectsToNothing()
    {
        var yaml = "streams: { a: { url: rtsp://u@h/1, password: \"${credential:none}\" } }"u8;
        Assert.Null(ConfigLoader.Parse(yaml, "x.yaml", new LoadOptions { Environment = _ => null }).Config);
        Assert.Null(ConfigLoader.Parse(yaml, "x.yaml", new LoadOptions { Environment = _ => null, RequireSecrets = false }).Config!.Streams[0].Source.Password);
    }

    [Theory]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("1GiB", 1L << 30)]
    [InlineData("512KiB", 512L << 10)]
    [InlineData("64MB", -1)]
    [InlineData("64", -1)]
    [InlineData("-1MiB", -1)]
    public void Size_IsReadWithItsUnit(string text, long bytes)
    {
        Assert.Equal(bytes >= 0, Scalars.TrySize(text, out var read));
        if (bytes >= 0) { Assert.Equal((bytes, text == "1GiB" ? "1GiB" : text), (read, Scalars.Size(read))); }
    }
}
