using System.Text.Json;
using System.Text.RegularExpressions;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Service;
using EdgePose.Sinks.HomeAssistant;
using EdgePose.Sinks.Mqtt;
using EdgePose.Tests.Service.Configuration;
using EdgePose.TestSupport;
using YamlDotNet.RepresentationModel;

namespace EdgePose.Tests.Docs;

/// <summary>
/// What docs/home-assistant.md gives to copy: YAML that Home Assistant takes, with entities that the configuration on that page announces.
/// The keys are those of home-assistant/core: homeassistant/components/automation/config.py, homeassistant/components/blueprint/schemas.py,
/// homeassistant/helpers/config_validation.py and homeassistant/components/homeassistant/triggers/state.py.
/// </summary>
public sealed partial class HomeAssistantDocumentTests
{
    private static readonly string[] AutomationKeys = ["alias", "description", "triggers", "conditions", "actions", "mode", "max", "variables", "blueprint"];
    private static readonly string[] StateTriggerKeys = ["trigger", "entity_id", "from", "to", "not_from", "not_to", "for", "attribute", "id", "enabled"];
    private static readonly string[] InputKeys = ["name", "description", "default", "selector"];
    private static readonly string[] Selectors = ["entity", "select", "boolean", "action"];
    private static readonly string[] Modes = ["single", "restart", "queued", "parallel"];

    private static readonly string Text = File.ReadAllText(Path.Combine(Repo.Root, "docs", "home-assistant.md"));

    private static IReadOnlyList<YamlMappingNode> Blocks() => [.. YamlBlock().Matches(Text).Select(m =>
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(m.Groups[1].Value));
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    })];

    private static IEnumerable<YamlMappingNode> Automations() => Blocks().Where(b => Has(b, "triggers"));

    private static bool Has(YamlMappingNode node, string key) => node.Children.ContainsKey(new YamlScalarNode(key));

    private static IEnumerable<string> Keys(YamlNode node) => ((YamlMappingNode)node).Children.Keys.Select(k => k.ToString());

    /// <summary>Every scalar of a tree with its tag.</summary>
    private static IEnumerable<YamlScalarNode> Scalars(YamlNode node) => node switch
    {
        YamlScalarNode scalar => [scalar],
        YamlSequenceNode list => list.Children.SelectMany(Scalars),
        YamlMappingNode map => map.Children.Values.SelectMany(Scalars),
        _ => [],
    };

    [Fact]
    public void Page_HasTwoAutomationsAndABlueprint()
    {
        Assert.Equal(2, Automations().Count(a => !Has(a, "blueprint")));
        Assert.Single(Automations(), a => Has(a, "blueprint"));
    }

    [Fact]
    public void Automations_HaveTheKeysOfHomeAssistant()
    {
        foreach (var automation in Automations())
        {
            Assert.Empty(Keys(automation).Except(AutomationKeys));
            Assert.Empty(((string[])["triggers", "conditions", "actions", "mode"]).Except(Keys(automation)));
            Assert.Contains(automation["mode"].ToString(), Modes);
            foreach (var trigger in (YamlSequenceNode)automation["triggers"])
            {
                Assert.Equal("state", trigger["trigger"].ToString());
                Assert.Empty(Keys(trigger).Except(StateTriggerKeys));
            }
            foreach (var condition in (YamlSequenceNode)automation["conditions"])
            {
                Assert.Equal("template", condition["condition"].ToString());
                Assert.Equal(["condition", "value_template"], Keys(condition).Order());
            }
            foreach (var template in Scalars(automation).Select(s => s.Value!).Where(v => v.Contains("{{", StringComparison.Ordinal)))
            {
                Assert.Equal(Regex.Count(template, "{{"), Regex.Count(template, "}}"));
                Assert.All(Attribute().Matches(template).Select(m => m.Groups[1].Value), a => Assert.Contains(a, EventAttributes()));
            }
            if (automation["actions"] is not YamlSequenceNode actions) { continue; }
            Assert.NotEmpty(actions.Children);
            Assert.All(actions, action => Assert.Matches(@"^[a-z_]+\.[a-z_{}. ]+$", action["action"].ToString()));
        }
    }

    [Fact]
    public void Blueprint_UsesEveryInputThatItDeclaresAndNoOther()
    {
        var blueprint = Automations().Single(a => Has(a, "blueprint"));
        var head = (YamlMappingNode)blueprint["blueprint"];
        Assert.Equal("automation", head["domain"].ToString());
        Assert.Empty(Keys(head).Except(["name", "description", "domain", "input", "author", "homeassistant", "source_url"]));
        foreach (var (_, input) in (YamlMappingNode)head["input"])
        {
            Assert.Empty(Keys(input).Except(InputKeys));
            Assert.Contains(Assert.Single(Keys(input["selector"])), Selectors);
        }
        var used = Scalars(blueprint).Where(s => !s.Tag.IsEmpty && !s.Tag.IsNonSpecific && s.Tag.Value == "!input").Select(s => s.Value!);
        Assert.Equal(Keys(head["input"]).Order(), used.Order());
        var offered = Scalars(head["input"]["event_type"]["selector"]["select"]["options"]).Select(s => s.Value!);
        Assert.Equal([.. RuleKinds.All.SelectMany(k => k.Events), EventType.StreamLost, EventType.StreamRestored, EventType.Gap], offered.Select(TypeOf).ToHashSet());
        Assert.Equal(Enum.GetValues<EventPhase>().Select(p => p.Name()), Scalars(head["input"]["phase"]["selector"]["select"]["options"]).Select(s => s.Value!));
    }

    private static EventType TypeOf(string name) =>
        RuleKinds.All.SelectMany(k => k.Events).Concat([EventType.StreamLost, EventType.StreamRestored, EventType.Gap]).Single(t => t.Name == name);

    /// <summary>Home Assistant makes the id of an entity from the names of device and entity.</summary>
    [Fact]
    public void Entities_OfThePage_AreAnnouncedByItsConfiguration()
    {
        var announced = Announced().Select(c => c.Id).ToHashSet();
        var named = Entity().Matches(Text).Select(m => m.Value).Where(e => !e.EndsWith("_loitering_lingers", StringComparison.Ordinal)).ToHashSet();
        Assert.Equal(announced.Order(), named.Order());
    }

    [Fact]
    public void EventAttributes_AreAllOnThePage()
    {
        foreach (var attribute in EventAttributes()) { Assert.Contains($"`{attribute}", Text, StringComparison.Ordinal); }
    }

    private static IReadOnlyList<string> EventAttributes() =>
        [.. Pair().Matches(Announced().Single(c => c.Id.StartsWith("event.", StringComparison.Ordinal)).Template).Select(m => m.Groups[1].Value)];

    private static IReadOnlyList<(string Id, string Template)> Announced()
    {
        var config = Loading.Load(YamlBlock().Matches(Text).Select(m => m.Groups[1].Value).Single(y => y.Contains("streams:", StringComparison.Ordinal))).Config!;
        var stream = Assert.Single(config.Streams);
        var discovery = new Discovery("homeassistant", config.Node, "1", new Topics("edgepose", config.Node));
        using var json = JsonDocument.Parse(discovery.Document(StreamEvents.Announcement(stream, config.Events, null)));
        var device = json.RootElement.GetProperty("dev").GetProperty("name").GetString()!;
        return [.. json.RootElement.GetProperty("cmps").EnumerateObject().Select(c => (
            $"{c.Value.GetProperty("p").GetString()}.{NotInId().Replace($"{device} {c.Value.GetProperty("name").GetString()}".ToLowerInvariant(), "_")}",
            c.Value.TryGetProperty("value_template", out var template) ? template.GetString()! : ""))];
    }

    [GeneratedRegex("```yaml\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex(@"attributes\.([a-z_]+)")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"'([a-z_]+)': value_json")]
    private static partial Regex Pair();

    [GeneratedRegex(@"\b(?:sensor|binary_sensor|event)\.edgepose_[a-z_]+")]
    private static partial Regex Entity();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInId();
}
