using System.Text;
using System.Text.Json;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Sinks.HomeAssistant;
using EdgePose.Sinks.Mqtt;
using EdgePose.Tests.Sinks.Mqtt;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Sinks.HomeAssistant;

public sealed class DiscoveryTests
{
    private static string Document(params string[] eventTypes) =>
        Encoding.UTF8.GetString(new Discovery("homeassistant", "hall-pi", "1.2.3", new Topics("edgepose", "hall-pi"))
            .Document(new Announcement("front", ["hallway", "door"], [.. eventTypes.Select(Type)])));

    private static EventType Type(string name) => RuleKinds.All.SelectMany(k => k.Events).Single(t => t.Name == name);

    private static PublishedSchema Schema() =>
        PublishedSchema.Open("tests", "EdgePose.Tests", "Sinks", "HomeAssistant", "home-assistant-device.schema.json");

    [Theory]
    [InlineData]
    [InlineData("fall")]
    [InlineData("zone_enter", "zone_leave", "line_cross", "dwell", "crowding", "fall", "lying", "hand_raised", "wrong_way")]
    public void Document_OfAStream_FitsHomeAssistantsSchema(params string[] eventTypes) => Assert.Empty(Schema().Check(Document(eventTypes)));

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
        using var json = JsonDocument.Parse(Document("fall", "zone_enter"));
        var components = json.RootElement.GetProperty("cmps");
        string Of(string key) => components.GetProperty(key).GetProperty("state_topic").GetString()!;
        Assert.Equal("edgepose/hall-pi/streams/front/people", Of("people"));
        Assert.Equal("edgepose/hall-pi/streams/front/state", Of("state"));
        Assert.Equal("edgepose/hall-pi/streams/front/zones/hallway", Of("zone_hallway"));
        Assert.Equal("edgepose/hall-pi/streams/front/events", Of("fall"));
        Assert.False(components.TryGetProperty("lying", out _));
        var ids = components.EnumerateObject().Select(c => c.Value.GetProperty("unique_id").GetString()).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }
}
