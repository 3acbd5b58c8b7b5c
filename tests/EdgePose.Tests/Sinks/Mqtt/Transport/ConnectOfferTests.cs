using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;

namespace EdgePose.Tests.Sinks.Mqtt.Transport;

public sealed class ConnectOfferTests
{
    private static readonly MqttWill Will = new("a", default, TimeSpan.Zero);
    private static readonly BrokerStatus Closed = new(BrokerState.Refused, "closed") { IsUnanswered = true };

    private static BrokerStatus Refusal(int code) => new(BrokerState.Refused, "no") { Code = code };

    [Fact]
    public void WillThatIsNotTaken_GoesWithoutWhatWasRefused()
    {
        var offer = new ConnectOffer(MqttVersion.V5);
        var withoutRetain = offer.After(Refusal(0x9A), Will, fallsBack: false)!;
        Assert.Equal((false, MqttQos.AtLeastOnce), (withoutRetain.Of(Will)!.Retain, withoutRetain.Of(Will)!.Qos));
        var withoutEither = withoutRetain.After(Refusal(0x9B), Will, fallsBack: false)!;
        Assert.Equal((false, MqttQos.AtMostOnce), (withoutEither.Of(Will)!.Retain, withoutEither.Of(Will)!.Qos));
        Assert.Null(withoutEither.After(Refusal(0x9A), Will, fallsBack: true));
        Assert.Null(withoutEither.After(Refusal(0x9B), Will, fallsBack: true));
    }

    [Fact]
    public void WillThatWasNotOffered_IsNotTheReason()
    {
        var offer = new ConnectOffer(MqttVersion.V5);
        Assert.Null(offer.After(Refusal(0x9A), null, fallsBack: false));
        Assert.Null(offer.After(Refusal(0x9A), Will with { Retain = false }, fallsBack: false));
        Assert.Null(offer.After(Refusal(0x9B), null, fallsBack: false));
    }

    [Fact]
    public void OlderVersion_AfterAWordOrTwoClosedConnections_OnlyWhereItMay()
    {
        var offer = new ConnectOffer(MqttVersion.V5);
        Assert.Equal(MqttVersion.V311, offer.After(Refusal(0x84), Will, fallsBack: true)!.Version);
        var again = offer.After(Closed, Will, fallsBack: true)!;
        Assert.Equal(MqttVersion.V5, again.Version);
        Assert.Equal(MqttVersion.V311, again.After(Closed, Will, fallsBack: true)!.Version);
        Assert.Null(again.After(Refusal(0x87), Will, fallsBack: true));
        Assert.Null(offer.After(Refusal(0x84), Will, fallsBack: false));
        Assert.Null(offer.After(Closed, Will, fallsBack: false));
        Assert.Null(new ConnectOffer(MqttVersion.V311).After(Closed, Will, fallsBack: true));
        Assert.Null(new ConnectOffer(MqttVersion.V311).After(Refusal(0x84), Will, fallsBack: true));
    }
}
