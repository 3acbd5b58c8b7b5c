using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Sinks.HomeAssistant;
using EdgePose.Sinks.Mqtt;
using EdgePose.Tests.Sinks.Mqtt;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Sinks.HomeAssistant;

public sealed partial class DiscoveryTests
{
    private static readonly EventType[] Streams = [EventType.StreamLost, EventType.StreamRestored, EventType.Gap];

    private static Discovery New(string node = "hall-pi") => new("homeassistant", node, "1.2.3", new Topics("edgepose", node));

    /// <summary>A stream with a rule of each of these kinds, named as its kind.</summary>
    private static Announcement Stream(params string[] kinds)
    {
        RuleKind[] rules = [.. kinds.Select(k => RuleKinds.All.Single(r => r.Word == k))];
        return new Announcement("front", ["hallway", "door"], [.. rules.SelectMany(r => r.Events), .. Streams])
        {
            Rules = [.. rules.Where(r => r.Events.Any(e => e.Lasts)).Select(r => new AnnouncedRule(r.Word, r.Events[0].State))],
        };
    }

    private static string[] AllKinds => [.. RuleKinds.All.Select(k => k.Word)];

    private static string Document(params string[] kinds) => Encoding.UTF8.GetString(New().Document(Stream(kinds)));

    private static JsonElement Components(string document)
    {
        using var json = JsonDocument.Parse(document);
        return json.RootElement.GetProperty("cmps").Clone();
    }

    private static PublishedSchema Schema() =>
        PublishedSchema.Open("tests", "EdgePose.Tests", "Sinks", "HomeAssistant", "home-assistant-device.schema.json");

    [Fact]
    public void Document_OfAStream_FitsHomeAssistantsSchema()
    {
        Assert.Empty(Schema().Check(Document()));
        Assert.Empty(Schema().Check(Document("fall")));
        Assert.Empty(Schema().Check(Document(AllKinds)));
        Assert.Empty(Schema().Check(Encoding.UTF8.GetString(New().Document(Stream("fall"), [new Entity("zone_gone", "sensor"), new Entity("fall", "binary_sensor")]))));
    }

    [Theory]
    [InlineData("\"p\":\"sensor\"", "\"p\":\"sensors\"")]
    [InlineData("\"payload_on\":\"on\",", "")]
    [InlineData("\"o\":{", "\"origin\":{")]
    [InlineData("\"device_class\":\"enum\"", "\"device_class\":\"list\"")]
    public void Schema_OfADamagedDocument_Objects(string right, string wrong)
    {
        var document = Document("fall");
        Assert.Contains(right, document, StringComparison.Ordinal);
        Assert.NotEmpty(Schema().Check(document.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Fact]
    public void Document_NamesOnlyTopicsOfTheContract()
    {
        var components = Components(Document("fall", "zone"));
        string Of(string key) => components.GetProperty(key).GetProperty("state_topic").GetString()!;
        Assert.Equal("edgepose/hall-pi/streams/front/people", Of("people"));
        Assert.Equal("edgepose/hall-pi/streams/front/state", Of("state"));
        Assert.Equal("edgepose/hall-pi/streams/front/zones/hallway", Of("zone_hallway"));
        Assert.Equal("edgepose/hall-pi/streams/front/rules/fall", Of("rule_fall"));
        Assert.Equal("edgepose/hall-pi/streams/front/events", Of("event"));
        Assert.False(components.TryGetProperty("rule_lying", out _));
        Assert.False(components.TryGetProperty("rule_zone", out _)); // the zone's number says it
        Assert.Equal(New().Entities(Stream("fall", "zone")).Select(e => e.Key).Order(), components.EnumerateObject().Select(c => c.Name).Order());
    }

    /// <summary>
    /// Every event that can be raised, in every phase that it has, becomes one of Home Assistant's: its template is read here as what it is, a list
    /// of names with a field of the message each.
    /// </summary>
    [Fact]
    public void EventTemplate_OfEveryTypeAndPhase_GivesATypeThatIsAnnounced()
    {
        var component = Components(Document(AllKinds)).GetProperty("event");
        var types = component.GetProperty("event_types").EnumerateArray().Select(t => t.GetString()).ToList();
        var all = RuleKinds.All.SelectMany(k => k.Events).Concat(Streams).Distinct().ToList();
        Assert.Equal(all.Select(t => t.Name).Order(), types.Order());
        foreach (var type in all)
        {
            foreach (var phase in Enum.GetValues<EventPhase>())
            {
                foreach (var late in (bool[])[false, true])
                {
                    var raised = Render(component.GetProperty("value_template").GetString()!, Sample(type, phase, late));
                    Assert.Equal((type.Name, phase.Name(), late), (raised["event_type"].GetString(), raised["phase"].GetString(), raised["late"].GetBoolean()));
                    Assert.Equal(("n/b/front/000009", "hallway"), (raised["id"].GetString(), raised["zone"].GetString()));
                    Assert.Equal("", raised["line"].GetString());
                }
            }
        }
    }

    private static string Sample(EventType type, EventPhase phase, bool late) => Encoding.UTF8.GetString(EventJson.Write(
        new PoseEvent
        {
            Stream = "front", Epoch = 1, Type = type, Phase = phase, Key = "front/r/1/5", Rule = "r", Time = Samples.Time, Microseconds = 1, Reason = "so", Zone = "hallway",
        }, new EventStamp("n", "b", 9, true, null), late));

    private static Dictionary<string, JsonElement> Render(string template, string message)
    {
        var dictionary = Dictionary().Match(template);
        Assert.True(dictionary.Success, template);
        using var json = JsonDocument.Parse(message);
        var root = json.RootElement.Clone();
        var pairs = Pair().Matches(dictionary.Groups[1].Value);
        Assert.Equal(dictionary.Groups[1].Value, string.Join(", ", pairs.Select(p => p.Value)));
        return pairs.ToDictionary(p => p.Groups[1].Value, p => root.TryGetProperty(p.Groups[2].Value, out var value) ? value
            : JsonSerializer.SerializeToElement(p.Groups[3].Value.Trim('\'')));
    }

    [Fact]
    public void Sensors_OfRules_AreOnWhileEventsAreOpenWhoeverIsMeant()
    {
        var document = Document(AllKinds);
        foreach (var kind in RuleKinds.All.Where(k => k.Events[0].State is not null))
        {
            var sensor = Components(document).GetProperty($"rule_{kind.Word}");
            Assert.Equal(("binary_sensor", kind.Events[0].State!.DeviceClass), (sensor.GetProperty("p").GetString(), sensor.TryGetProperty("device_class", out var it) ? it.GetString() : null));
            // A retained number, and no event: it says the same to whoever comes later.
            Assert.EndsWith($"/rules/{kind.Word}", sensor.GetProperty("state_topic").GetString(), StringComparison.Ordinal);
            Assert.Equal("{{ 'off' if value == '0' else 'on' }}", sensor.GetProperty("value_template").GetString());
        }
    }

    [Fact]
    public void Sensors_OfTwoRulesOfOneKind_HaveNamesOfTheirOwn()
    {
        var stream = new Announcement("front", [], []) { Rules = [new("hall", DwellRule.Dwell.State), new("door", DwellRule.Dwell.State), new("down", FallRule.Fall.State)] };
        var components = Components(Encoding.UTF8.GetString(New().Document(stream)));
        string? Name(string key) => components.GetProperty(key).GetProperty("name").GetString();
        Assert.Equal(("Loitering hall", "Loitering door", "Fall"), (Name("rule_hall"), Name("rule_door"), Name("rule_down")));
    }

    /// <summary>What is wrong with a camera is asked for while it gives no pictures, and that it was lost is an event of then.</summary>
    [Fact]
    public void Availability_OfDiagnosticsAndEvents_IsTheNodesAndOfNumbersTheStreamsToo()
    {
        using var json = JsonDocument.Parse(Document(AllKinds));
        const string Node = "edgepose/hall-pi/availability", Stream = "edgepose/hall-pi/streams/front/availability";
        static string[] Topics(JsonElement e) => [.. e.GetProperty("availability").EnumerateArray().Select(a => a.GetProperty("topic").GetString()!)];
        Assert.Equal([Node], Topics(json.RootElement));
        foreach (var component in json.RootElement.GetProperty("cmps").EnumerateObject())
        {
            var isOfNode = component.Name is "state" or "fps" or "frame_age" or "event";
            Assert.Equal(!isOfNode, component.Value.TryGetProperty("availability", out _));
            if (isOfNode) { continue; }
            Assert.Equal([Node, Stream], Topics(component.Value));
            Assert.Equal("all", component.Value.GetProperty("availability_mode").GetString());
        }
    }

    /// <summary>Names of letters, digits, dashes and underscores in all ways of cutting one text, on both sides and as zones and rules.</summary>
    [Fact]
    public void Ids_OfAnyTwoStreamsOfAnyNodes_DoNotCollide()
    {
        string[] names = ["a", "b", "a_b", "b_c", "a_b_c", "a__b", "a_", "a__", "a-b", "zone", "zone_a", "a_zone", "rule", "rule_a", "people", "a_people", "1", "0_1"];
        var topics = new HashSet<string>(StringComparer.Ordinal);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in names)
        {
            foreach (var stream in names)
            {
                var discovery = New(node);
                var announced = new Announcement(stream, names, [FallRule.Fall]) { Rules = [.. names.Select(n => new AnnouncedRule(n, FallRule.Fall.State))] };
                var document = Encoding.UTF8.GetString(discovery.Document(announced));
                Assert.True(topics.Add(discovery.Topic(stream)), $"{node} {stream}");
                // As Home Assistant reads it: component, object id.
                Assert.Matches("^homeassistant/device/[a-zA-Z0-9_-]+/config$", discovery.Topic(stream));
                foreach (var component in Components(document).EnumerateObject())
                {
                    Assert.True(ids.Add(component.Value.GetProperty("unique_id").GetString()!), $"{node} {stream} {component.Name}");
                }
            }
        }
    }

    [Fact]
    public void Ids_WithoutUnderscores_AreThoseOfFormerVersions()
    {
        Assert.Equal("homeassistant/device/edgepose_hall-pi_front/config", New().Topic("front"));
        Assert.Null(New().FormerTopic("front"));
        Assert.Equal("homeassistant/device/edgepose_a_b_c/config", New("a_b").FormerTopic("c"));
        Assert.Equal("\"edgepose_hall-pi_front_people\"", Components(Document()).GetProperty("people").GetProperty("unique_id").GetRawText());
    }

    [GeneratedRegex(@"\A\{\{ \{(.*)\} \| tojson \}\}\z")]
    private static partial Regex Dictionary();

    [GeneratedRegex(@"'([a-z_]+)': value_json\.([a-z_]+)(?: \| default\(([^)]*)\))?")]
    private static partial Regex Pair();
}
