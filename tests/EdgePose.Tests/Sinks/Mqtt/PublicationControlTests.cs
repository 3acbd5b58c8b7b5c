using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Sinks.HomeAssistant;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>Announcements, zones and commands as the publisher handles them.</summary>
public sealed class PublicationControlTests : IAsyncDisposable
{
    private const string Base = "edgepose/hall-pi/";
    private const string Front = "homeassistant/device/edgepose_hall-pi_front/config";
    private readonly FakeTimeProvider _time = new();
    private readonly FakeTransport _broker = new();
    private readonly Publication _publisher;

    public PublicationControlTests()
    {
        var options = new PublicationOptions { Prefix = "edgepose", Node = "hall-pi", MaxRate = 10, DiscoveryPrefix = "homeassistant", Commands = ["snapshot-state", "reload"] };
        _publisher = new Publication(options, _broker, _time, NullLogger<Publication>.Instance, () => true, s => s);
        _publisher.Start();
    }

    public ValueTask DisposeAsync() => _publisher.DisposeAsync();

    private async Task SentAsync(string topic, Func<IReadOnlyList<string>, bool> fits)
    {
        for (var i = 0; i < 2000 && !fits(_broker.Payloads(topic)); i++) { await Task.Delay(5); }
        Assert.True(fits(_broker.Payloads(topic)), $"{topic}: {string.Join(" | ", _broker.Payloads(topic))}");
    }

    [Fact]
    public async Task HomeAssistantStarts_EveryAnnouncementIsSentAgain()
    {
        _broker.Connect();
        _publisher.Announce([new Announcement("front", [], [])]);
        await SentAsync(Front, p => p.Count == 1);
        _broker.Deliver(new MqttMessage("homeassistant/status", "offline"u8.ToArray(), MqttQos.AtLeastOnce, false, MqttProperties.None));
        _broker.Deliver(new MqttMessage("homeassistant/status", "online"u8.ToArray(), MqttQos.AtLeastOnce, true, MqttProperties.None));
        _broker.Deliver(new MqttMessage("homeassistant/status", "online"u8.ToArray(), MqttQos.AtLeastOnce, false, MqttProperties.None));
        await SentAsync(Front, p => p.Count == 2);
        Assert.Equal(_broker.Payloads(Front)[0], _broker.Payloads(Front)[1]);
    }

    [Fact]
    public async Task RemoveStream_ThatAnEarlierPublisherAnnounced_MakesHomeAssistantForgetIt()
    {
        _publisher.RemoveStream("front");
        _broker.Connect();
        await SentAsync(Front, p => p is [""]);
    }

    [Fact]
    public async Task Zone_SetAndRemoved_IsRetainedAndThenCleared()
    {
        _broker.Connect();
        _publisher.SetZone("front", "hall", 3);
        await SentAsync(Base + "streams/front/zones/hall", p => p is ["3"]);
        Assert.All(_broker.Sent.Where(m => m.Topic.EndsWith("/zones/hall", StringComparison.Ordinal)), m => Assert.Equal((MqttQos.AtLeastOnce, true), (m.Qos, m.Retain)));
        _publisher.RemoveZone("front", "hall");
        _publisher.RemoveZone("front", "door");
        await SentAsync(Base + "streams/front/zones/hall", p => p is ["3", ""]);
        await SentAsync(Base + "streams/front/zones/door", p => p is [""]);
    }

    [Fact]
    public async Task Command_Reload_IsRaisedOnceAndAnswered()
    {
        var asked = 0;
        _publisher.ReloadRequested += () => Interlocked.Increment(ref asked);
        _broker.Connect();
        _broker.Deliver(new MqttMessage(Base + "command/reload", default, MqttQos.AtLeastOnce, true, MqttProperties.None));
        _broker.Deliver(new MqttMessage(Base + "command/reload", default, MqttQos.AtLeastOnce, false, MqttProperties.None));
        await SentAsync(Base + "response/reload", p => p.Count == 1);
        Assert.Equal(1, asked);
        Assert.Empty(PublishedSchema.Load("response.v1").Check(_broker.Payloads(Base + "response/reload")[0]));
    }

    [Fact]
    public async Task Command_SnapshotState_HoldsTheDocumentsThatASubscriberWouldSee()
    {
        _broker.Connect();
        _publisher.SetInfo(Samples.Info);
        _publisher.SetStatus(Samples.Ok);
        _publisher.SetStream("front", Samples.Online with { State = StreamState.Stalled, Reason = "no frames" }, default);
        _broker.Deliver(new MqttMessage(Base + "command/snapshot-state", default, MqttQos.AtLeastOnce, false, MqttProperties.None));
        await SentAsync(Base + "response/snapshot-state", p => p.Count == 1);
        using var json = System.Text.Json.JsonDocument.Parse(_broker.Payloads(Base + "response/snapshot-state")[0]);
        var data = json.RootElement.GetProperty("data");
        Assert.Empty(PublishedSchema.Load("info.v1").Check(data.GetProperty("info").GetRawText()));
        Assert.Empty(PublishedSchema.Load("status.v1").Check(data.GetProperty("status").GetRawText()));
        Assert.Equal("no frames", data.GetProperty("streams").GetProperty("front").GetProperty("reason").GetString());
    }
}
