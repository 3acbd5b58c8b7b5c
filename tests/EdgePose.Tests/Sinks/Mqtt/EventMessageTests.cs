using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Onvif;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Sinks.Mqtt;

public sealed class EventMessageTests
{
    private static readonly Topics Topics = new("edgepose", "hall-pi");
    private static readonly EventStamp Stamp = new("hall-pi", "7f3a01", 123, true, new ModelInfo("movenet-lightning", new string('a', 64), "cpu"));

    private static PoseEvent Fall(int history = 3, int joints = 17) => new()
    {
        Stream = "front", Epoch = 4, Type = FallRule.Fall, Phase = EventPhase.Start, Key = "front/falls/17/1763781307214", Rule = "falls",
        Time = Samples.Time, Microseconds = 5_000_000, Reason = "hips fell 0.4 of the height in 0.6 s", Duration = TimeSpan.FromMilliseconds(1840),
        Track = 17, Score = 0.9123f, Box = new Box(0.412f, 0.233f, 0.571f, 1.2f), Zone = "hallway", Skeleton = Skeletons.Get("coco17"),
        Points = [.. Enumerable.Range(0, joints).Select(i => i == 3 ? Keypoint.Missing : new Keypoint(0.4f + i * 0.01f, 0.5f, 0.98f))],
        History = [.. Enumerable.Range(0, history).Select(i => new PoseMoment(
            TimeSpan.FromMilliseconds(100 * (history - 1 - i)), [.. Enumerable.Repeat(new Keypoint(0.1234f, 0.5f, 0.9f), 17)]))],
    };

    private static PoseEvent Gap() => new()
    {
        Stream = "front", Epoch = 0, Type = EventType.Gap, Phase = EventPhase.Start, Key = "front/gap/5", Rule = "", Time = Samples.Time,
        Microseconds = 0, Reason = "the spool was full", Count = 4, Missing = new EventRange(5, 8),
    };

    private static IReadOnlyList<MqttMessage> Render(EventEnvelope envelope, MqttVersion version, params IEventForm[] forms) =>
        new MqttMessages(Topics, new MqttSinkSettings { Prefix = "edgepose", Node = "hall-pi", Envelope = envelope, Version = version }, forms)
            .Of(new StampedEvent(Fall(), Stamp, IsLate: false, Left: null));

    private static string Json(PoseEvent e) => Encoding.UTF8.GetString(EventJson.Write(e, Stamp, late: false));

    private static PublishedSchema Onvif() => PublishedSchema.Open("tests", "EdgePose.Tests", "Sinks", "Mqtt", "onvif-mj.schema.json");

    [Theory]
    [InlineData(null, null)]
    [InlineData(90.0, 90.0)]
    [InlineData(0.2, 1.0)] // 0 would mean for ever
    [InlineData(-5.0, 1.0)]
    public void Of_AnEvent_GoesOutAtLeastOnceInEveryFormAndExpiresWithItsUse(double? left, double? expiry)
    {
        var messages = new MqttMessages(Topics, new MqttSinkSettings { Prefix = "edgepose", Node = "hall-pi" }, [new OnvifForm(Topics)])
            .Of(new StampedEvent(Fall(), Stamp, IsLate: false, Left: left is { } s ? TimeSpan.FromSeconds(s) : null));
        Assert.Equal(2, messages.Count);
        Assert.All(messages, m => Assert.Equal((MqttQos.AtLeastOnce, false, expiry), (m.Qos, m.Retain, m.Properties.Expiry?.TotalSeconds)));
    }

    [Fact]
    public void Write_EveryKindOfEvent_FitsTheSchema()
    {
        var schema = PublishedSchema.Load("event.v1");
        Assert.Empty(schema.Check(Json(Fall())));
        Assert.Empty(schema.Check(Json(Gap())));
        foreach (var type in (EventType[])[.. RuleKinds.All.SelectMany(k => k.Events), EventType.StreamLost, EventType.StreamRestored, EventType.Gap])
        {
            foreach (var phase in Enum.GetValues<EventPhase>()) { Assert.Empty(schema.Check(Json(Fall() with { Type = type, Phase = phase }))); }
        }
    }

    [Fact]
    public void Write_AFall_SaysWhatIsKnownNormalisedRoundedAndWithin0And1()
    {
        using var json = JsonDocument.Parse(Json(Fall()));
        var root = json.RootElement;
        Assert.Equal("hall-pi/7f3a01/front/000123", root.GetProperty("id").GetString());
        Assert.Equal([0.412, 0.233, 0.571, 1], root.GetProperty("box").EnumerateArray().Select(v => v.GetDouble()));
        Assert.Equal((0.912, 1840L, 17L), (root.GetProperty("score").GetDouble(), root.GetProperty("duration_ms").GetInt64(), root.GetProperty("track").GetInt64()));
        var points = root.GetProperty("pose").GetProperty("points");
        Assert.Equal(JsonValueKind.Null, points[3].ValueKind);
        Assert.Equal([0.4, 0.5, 0.98], points[0].EnumerateArray().Select(v => v.GetDouble()));
        Assert.Equal([200L, 100, 0], root.GetProperty("history").EnumerateArray().Select(h => h.GetProperty("before_ms").GetInt64()));
    }

    [Fact]
    public void Write_AnEventWithMoreHistoryThanFits_IsThinnedAndKeepsTheLastMoment()
    {
        var body = EventJson.Write(Fall(history: 200, joints: 17), Stamp, late: false);
        Assert.InRange(body.Length, 1000, EventJson.MaxBytes);
        using var json = JsonDocument.Parse(body);
        var moments = json.RootElement.GetProperty("history").EnumerateArray().Select(h => h.GetProperty("before_ms").GetInt64()).ToList();
        Assert.Equal(0, moments[^1]);
        Assert.InRange(moments.Count, 5, 100);
    }

    [Fact]
    public void Write_Late_ChangesThatFieldAloneEvenWhenATextHoldsTheSameWords()
    {
        var quoting = Fall() with { Reason = "\"published_late\":false" };
        var early = EventJson.Write(quoting, Stamp, late: false);
        var late = EventJson.Write(quoting, Stamp, late: true);
        using var json = JsonDocument.Parse(late);
        Assert.True(json.RootElement.GetProperty("published_late").GetBoolean());
        Assert.Equal("\"published_late\":false", json.RootElement.GetProperty("reason").GetString());
        Assert.Equal(early.Length - 1, late.Length);
        Assert.Equal(Encoding.UTF8.GetString(early).Replace("\"published_late\":false,", "\"published_late\":true,", StringComparison.Ordinal), Encoding.UTF8.GetString(late));
    }

    [Fact]
    public void Render_Plain_IsOneMessageWithItsIdForDeduplication()
    {
        var message = Assert.Single(Render(EventEnvelope.None, MqttVersion.V5));
        Assert.Equal(("edgepose/hall-pi/streams/front/events", "application/json"), (message.Topic, message.Properties.ContentType));
        Assert.Equal([new("schema", "edgepose.event/1"), new("id", "hall-pi/7f3a01/front/000123"), new("seq", "123"), new("replayed", "false")], message.Properties.User);
    }

    [Fact]
    public void Render_CloudEventsOverMqtt5_IsBinaryModeWithTheRequiredAttributesAndTheSameBody()
    {
        var message = Assert.Single(Render(EventEnvelope.CloudEvents, MqttVersion.V5));
        var user = message.Properties.User.ToDictionary(u => u.Key, u => u.Value);
        Assert.Equal(("1.0", "hall-pi/7f3a01/front/000123", "/edgepose/hall-pi/front", "edgepose.fall.start"),
            (user["specversion"], user["id"], user["source"], user["type"]));
        Assert.Equal("2026-11-22T03:15:07.214Z", user["time"]);
        Assert.All(user.Keys, k => Assert.Matches("^[a-z0-9]{1,20}$", k));
        Assert.Equal(Json(Fall()), Encoding.UTF8.GetString(message.Payload.Span));
    }

    [Fact]
    public void Render_CloudEventsOverMqtt311_IsStructuredMode()
    {
        var message = Assert.Single(Render(EventEnvelope.CloudEvents, MqttVersion.V311));
        Assert.StartsWith("application/cloudevents+json", message.Properties.ContentType, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(message.Payload);
        Assert.Equal(("1.0", "application/json"), (json.RootElement.GetProperty("specversion").GetString(), json.RootElement.GetProperty("datacontenttype").GetString()));
        Assert.Empty(PublishedSchema.Load("event.v1").Check(json.RootElement.GetProperty("data").GetRawText()));
    }

    [Fact]
    public void Render_Onvif_FitsTheSchemaAndSaysTheSame()
    {
        var messages = Render(EventEnvelope.None, MqttVersion.V5, new OnvifForm(Topics));
        Assert.Equal("edgepose/hall-pi/onvif-mj/VideoAnalytics/front/EdgePose", messages[1].Topic);
        Assert.Empty(Onvif().Check(Encoding.UTF8.GetString(messages[1].Payload.Span)));
        using var own = JsonDocument.Parse(messages[0].Payload);
        using var onvif = JsonDocument.Parse(messages[1].Payload);
        var frame = onvif.RootElement.GetProperty("Frame")[0];
        var appearance = frame.GetProperty("Object")[0].GetProperty("Appearance");
        Assert.Equal("Fallen", appearance.GetProperty("HumanBody").GetProperty("Behaviour").GetProperty("Activity").GetString());
        Assert.Equal(own.RootElement.GetProperty("id").GetString(), frame.GetProperty("ep:Event").GetProperty("@Id").GetString());
        var box = appearance.GetProperty("Shape").GetProperty("BoundingBox");
        string[] sides = ["@left", "@top", "@right", "@bottom"];
        Assert.Equal(own.RootElement.GetProperty("box").EnumerateArray().Select(v => v.GetDouble()),
            sides.Select(s => double.Parse(box.GetProperty(s).GetString()!, CultureInfo.InvariantCulture)));
        var seen = own.RootElement.GetProperty("pose").GetProperty("points").EnumerateArray().Where(p => p.ValueKind == JsonValueKind.Array).ToList();
        var joints = appearance.GetProperty("ep:Pose").GetProperty("ep:Joint").EnumerateArray().ToList();
        Assert.Equal(seen.Select(p => p[0].GetDouble()), joints.Select(j => double.Parse(j.GetProperty("@x").GetString()!, CultureInfo.InvariantCulture)));
        Assert.DoesNotContain(joints, j => j.GetProperty("@Name").GetString() == Skeletons.Get("coco17").Joints[3]);
    }

    [Theory]
    [InlineData("\"@Likelihood\":\"0.912\"", "\"@Likelihood\":0.912")]
    [InlineData("\"Fallen\"", "\"Lying\"")]
    [InlineData("\"@ObjectId\":\"17\"", "\"ObjectId\":\"17\"")]
    public void OnvifSchema_OfADamagedDocument_Objects(string right, string wrong)
    {
        var document = Encoding.UTF8.GetString(OnvifJson.Write(Fall(), Stamp));
        Assert.Contains(right, document, StringComparison.Ordinal);
        Assert.NotEmpty(Onvif().Check(document.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Fact]
    public void Render_OnvifOfAnEventWithoutAPerson_HasNoObject()
    {
        var body = Encoding.UTF8.GetString(OnvifJson.Write(Gap(), Stamp));
        Assert.Empty(Onvif().Check(body));
        Assert.DoesNotContain("\"Object\"", body, StringComparison.Ordinal);
    }
}
