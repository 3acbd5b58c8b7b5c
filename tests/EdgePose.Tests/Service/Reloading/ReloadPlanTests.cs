using EdgePose.Service.Configuration;
using EdgePose.Service.Reloading;
using EdgePose.Tests.Service.Configuration;

namespace EdgePose.Tests.Service.Reloading;

/// <summary>What each kind of change touches: as little as possible.</summary>
public sealed class ReloadPlanTests
{
    private const string Yaml = """
        node: hall-pi
        mqtt: { url: mqtts://broker.lan, home_assistant: false }
        log: { level: info }
        poses: { max_rate: 10 }
        events: { margin: 0.02, schedules: { night: { from: "20:00", to: "06:00" } } }
        record: { folder: /rec }
        spool: { folder: /spool }
        streams:
          front:
            url: rtsp://cam.lan/1
            zones: { hall: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]] }
            rules: { here: { type: zone, zone: hall } }
          porch: { url: rtsp://cam.lan/2, publish: poses }
          yard: { url: rtsp://cam.lan/3, enabled: false }
        """;

    private static EdgePoseConfig With(string old, string other)
    {
        Assert.Contains(old, Yaml, StringComparison.Ordinal);
        return Loading.Good(Yaml.Replace(old, other, StringComparison.Ordinal));
    }

    private static string Words(ReloadPlan plan) => string.Join(' ', plan.Streams.Where(s => s.Change != StreamChange.Untouched).Select(s => $"{s.Stream}:{s.Change}")
        .Concat(plan.Networks ? ["networks"] : Array.Empty<string>()).Concat(plan.Sinks ? ["sinks"] : Array.Empty<string>())
        .Concat(plan.Rate ? ["rate"] : Array.Empty<string>()).Concat(plan.Other ? ["other"] : Array.Empty<string>())
        .Concat(plan.Later.Select(l => $"later:{l}")));

    [Theory]
    [InlineData("[0.5, 1], [0, 1]]", "[0.5, 1], [0, 0.9]]", "front:Adjusted", "streams.front.zones.hall")]
    [InlineData("type: zone, zone: hall }", "type: zone, zone: hall, cooldown: 3s }", "front:Adjusted", "streams.front.rules.here.cooldown")]
    [InlineData("publish: poses", "publish: events", "porch:Adjusted", "streams.porch.publish")]
    [InlineData("publish: poses", "record: false", "porch:Adjusted", "streams.porch.publish streams.porch.record")]
    [InlineData("margin: 0.02", "margin: 0.03", "front:Adjusted porch:Adjusted", "events.margin")]
    [InlineData("from: \"20:00\"", "from: \"21:00\"", "front:Adjusted porch:Adjusted", "events.schedules.night.from")]
    [InlineData("folder: /rec", "folder: /other", "front:Adjusted porch:Adjusted", "record.folder")]
    [InlineData("cam.lan/1", "cam.lan/9", "front:Restarted", "streams.front.url")]
    [InlineData("cam.lan/2,", "cam.lan/2, fps: 3,", "porch:Restarted", "streams.porch.fps")]
    [InlineData("cam.lan/2,", "cam.lan/2, pose: { max_people: 2 },", "porch:Restarted", "streams.porch.pose")]
    [InlineData("cam.lan/2,", "cam.lan/2, enabled: false,", "porch:Stopped", "streams.porch.enabled")]
    [InlineData("enabled: false", "enabled: true", "yard:Started", "streams.yard.enabled")]
    [InlineData("  yard: {", "  side: {", "", "streams.yard streams.side")]
    [InlineData("node: hall-pi", "node: attic-pi\npose: { max_people: 2 }", "front:Restarted porch:Restarted sinks", "node pose")]
    [InlineData("node: hall-pi", "node: hall-pi\ntracking: { max_lost: 9s }", "front:Restarted porch:Restarted", "tracking")]
    [InlineData("max_rate: 10", "max_rate: 10, min_score: 0.3", "front:Restarted porch:Restarted", "poses.min_score")]
    [InlineData("node: hall-pi", "node: hall-pi\ninference: { threads: 1 }", "front:Restarted porch:Restarted networks", "inference")]
    [InlineData("broker.lan", "other.lan", "sinks", "mqtt.url")]
    [InlineData("home_assistant: false", "home_assistant: true", "sinks", "mqtt.home_assistant")]
    [InlineData("max_rate: 10", "max_rate: 5", "rate", "poses.max_rate")]
    [InlineData("level: info", "level: debug", "other", "log.level")]
    [InlineData("level: info", "format: json", "later:log.format", "log.level log.format")]
    [InlineData("folder: /spool", "folder: /spool, max_size: 2MiB", "later:spool", "spool.max_size")]
    [InlineData("node: hall-pi", "# a note\nnode: hall-pi", "", "")]
    [InlineData("  porch: { url: rtsp://cam.lan/2, publish: poses }", "  porch: rtsp://cam.lan/2", "", "streams.porch")]
    [InlineData("max_rate: 10", "max_rate: 10fps", "", "poses.max_rate")]
    public void Between_AChange_TouchesWhatItMust(string old, string other, string expected, string keys)
    {
        var plan = ReloadPlan.Between(Loading.Good(Yaml), With(old, other));
        Assert.Equal((expected, keys), (Words(plan), string.Join(' ', plan.Keys)));
        Assert.Equal(expected.Length == 0, plan.IsEmpty);
    }

    [Fact]
    public void Between_APasswordThatStandsElsewhere_IsAChangedBroker()
    {
        var yaml = Yaml.Replace("broker.lan,", "broker.lan, user: me, password: \"${env:PW}\",", StringComparison.Ordinal);
        EdgePoseConfig Load(string password) => Loading.Load(yaml, new Dictionary<string, string> { ["PW"] = password }).Config!;
        Assert.Equal("sinks", Words(ReloadPlan.Between(Load("one"), Load("two"))));
        Assert.True(ReloadPlan.Between(Load("one"), Load("one")).IsEmpty);
    }

    [Fact]
    public void Between_OtherModelsOfTheSameName_OpensTheNetworksAgain() =>
        Assert.Equal("front:Restarted porch:Restarted networks", Words(ReloadPlan.Between(Loading.Good(Yaml), Loading.Good(Yaml), otherModels: true)));

    [Fact]
    public void Outcome_NamesWhatChangedAndWhatWasLeftAlone()
    {
        var outcome = new ReloadOutcome(ReloadPlan.Between(Loading.Good(Yaml), With("cam.lan/1", "cam.lan/9")), ["the source of front did not end well, the log says why"]);
        Assert.Equal("changed: streams.front.url; untouched: porch; restarted: front; the source of front did not end well, the log says why", outcome.Text);
        Assert.Equal(
            """{"reload":"applied","changed":["streams.front.url"],"streams":{"untouched":["porch"],"restarted":["front"]},"broker":"untouched","networks":"untouched","troubles":["the source of front did not end well, the log says why"],"requests":3}""",
            System.Text.Encoding.UTF8.GetString(outcome.Answer(3).Data.Span));
    }

    [Theory]
    [InlineData("node: hall-pi", "node: hall-pi", "nothing has changed, nothing was stopped")]
    [InlineData("max_rate: 10", "max_rate: 10fps", "poses.max_rate changed without effect, nothing was stopped")]
    public void Outcome_NothingToDo_SaysSo(string old, string other, string text) =>
        Assert.Equal(text, new ReloadOutcome(ReloadPlan.Between(Loading.Good(Yaml), With(old, other)), []).Text);
}
