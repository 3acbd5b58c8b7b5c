using System.Text.RegularExpressions;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>MQTT.md is a contract: its examples are valid and its topics are those of the code.</summary>
public sealed partial class MqttDocumentTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repo.Root, "MQTT.md"));

    public static TheoryData<string, string> Examples()
    {
        var data = new TheoryData<string, string>();
        foreach (Match match in Example().Matches(Text)) { data.Add(match.Groups["schema"].Value, match.Groups["json"].Value); }
        return data;
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_FitsItsSchema(string schema, string json) => Assert.Empty(PublishedSchema.Load(schema).Check(json));

    [Fact]
    public void Examples_EachJsonBlockNamesItsSchemaAndEachSchemaHasAnExample()
    {
        Assert.Equal(Regex.Count(Text, "^```json", RegexOptions.Multiline), Example().Count(Text));
        var schemas = Directory.GetFiles(Path.Combine(Repo.Root, "config"), "*.v1.schema.json")
            .Select(f => Path.GetFileName(f).Replace(".schema.json", "", StringComparison.Ordinal)).Where(s => s is not ("bench.v1" or "top.v1")).Order();
        Assert.Equal(schemas, Example().Matches(Text).Select(m => m.Groups["schema"].Value).Distinct().Order());
    }

    [Fact]
    public void Topics_OfTheCode_AreInTheTable()
    {
        var topics = new Topics("edgepose", "hall-pi");
        string[] all =
        [
            topics.Availability, topics.Info, topics.Status, topics.StreamAvailability("id"), topics.StreamState("id"), topics.People("id"),
            topics.Poses("id"), topics.Events("id"), topics.Zone("id", "z").Replace("zones/z", "zones/<zone>", StringComparison.Ordinal), topics.CommandFilter,
            topics.Rule("id", "r").Replace("rules/r", "rules/<rule>", StringComparison.Ordinal), topics.Skeleton("s").Replace("skeletons/s", "skeletons/<name>", StringComparison.Ordinal),
            topics.Response("name").Replace("name", "<command>", StringComparison.Ordinal), topics.SelfTest, topics.Onvif("id", "EdgePose"),
        ];
        foreach (var topic in all)
        {
            var row = topic.Replace("edgepose/hall-pi/", "", StringComparison.Ordinal).Replace("/id/", "/<id>/", StringComparison.Ordinal);
            Assert.Contains($"| `{row}` |", Text, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("""<!-- schema: (?<schema>[a-z0-9.-]+) -->\n```json\n(?<json>.*?)```""", RegexOptions.Singleline)]
    private static partial Regex Example();
}
