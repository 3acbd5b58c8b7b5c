using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>Commands with brokers that take no wildcards.</summary>
public sealed class SubscriptionTests
{
    private const string Base = "edgepose/hall-pi/command/";

    private static async Task<IReadOnlyList<string>> ConnectedAsync(FakeTransport broker)
    {
        await using var publication = new Publication(
            new PublicationOptions { Prefix = "edgepose", Node = "hall-pi", MaxRate = 10, Commands = ["snapshot-state", "reload"], DiscoveryPrefix = "homeassistant" },
            broker, TimeProvider.System, NullLogger.Instance, () => true, s => s);
        publication.Start();
        broker.Connect();
        return broker.Subscribed;
    }

    [Fact]
    public async Task WithWildcards_OneFilter() => Assert.Equal([Base + "+", "homeassistant/status"], await ConnectedAsync(new FakeTransport()));

    [Fact]
    public async Task ConnackSaysNoWildcards_TheNamesThatAreAllowed() =>
        Assert.Equal([Base + "snapshot-state", Base + "reload", "homeassistant/status"], await ConnectedAsync(new FakeTransport { HasWildcards = false }));

    [Fact]
    public async Task SubackSaysNoWildcards_TheNamesFollow()
    {
        var broker = new FakeTransport { Subscribe = f => f.EndsWith('+') ? new(PublishOutcome.Refused, 0xA2, "Wildcard Subscriptions not supported (0xA2)") : new(PublishOutcome.Accepted, 1, "") };
        Assert.Equal([Base + "+", Base + "snapshot-state", Base + "reload", "homeassistant/status"], await ConnectedAsync(broker));
    }

    [Fact]
    public async Task RefusedForOtherReasons_TheNamesAreNotTried()
    {
        var broker = new FakeTransport { Subscribe = _ => new(PublishOutcome.Refused, 0x87, "Not authorized (0x87)") };
        Assert.Equal([Base + "+", "homeassistant/status"], await ConnectedAsync(broker));
    }
}
