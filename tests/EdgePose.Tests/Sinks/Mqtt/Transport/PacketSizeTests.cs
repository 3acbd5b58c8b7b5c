using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using MQTTnet.Formatter;

namespace EdgePose.Tests.Sinks.Mqtt.Transport;

public sealed class PacketSizeTests
{
    private static int Encoded(MqttMessage message, MqttVersion version)
    {
        var packet = MqttPublishPacketFactory.Create(ClientOptions.Publish(message));
        packet.PacketIdentifier = message.Qos == MqttQos.AtMostOnce ? (ushort)0 : (ushort)7;
        return new MqttPacketFormatterAdapter(
            version == MqttVersion.V5 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311, new MqttBufferWriter(64, 1 << 20)).Encode(packet).Length;
    }

    [Fact]
    public void Of_RandomMessages_IsWhatTheLibraryWrites()
    {
        var random = new Random(7);
        string Text(int most) => string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => random.Next(9) == 0 ? "ü" : "x"));
        for (var i = 0; i < 500; i++)
        {
            var properties = new MqttProperties
            {
                ContentType = Text(40), Utf8 = random.Next(2) == 0, Expiry = random.Next(2) == 0 ? TimeSpan.FromSeconds(random.Next(100)) : null,
                ResponseTopic = Text(200), CorrelationData = new byte[random.Next(20)],
                User = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new KeyValuePair<string, string>(Text(30), Text(100)))],
            };
            var size = random.Next(4) switch { 0 => random.Next(200), 1 => random.Next(20_000), 2 => random.Next(3_000_000), _ => 0 };
            var message = new MqttMessage("t" + Text(60), new byte[size], (MqttQos)random.Next(2), random.Next(2) == 0, properties);
            foreach (var version in Enum.GetValues<MqttVersion>()) { Assert.Equal(Encoded(message, version), PacketSize.Of(message, version)); }
        }
    }

    [Fact]
    public void Of_TextThatNoPacketCanHold_IsNull()
    {
        (string Topic, MqttProperties Properties)[] tooLong =
        [
            (new string('t', 65_536), MqttProperties.None),
            ("t", new MqttProperties { ContentType = new string('x', 65_536) }),
            ("t", new MqttProperties { ResponseTopic = new string('ü', 40_000) }),
            ("t", new MqttProperties { CorrelationData = new byte[65_536] }),
            ("t", new MqttProperties { User = [new("name", new string('x', 65_536))] }),
        ];
        Assert.All(tooLong, m => Assert.Null(PacketSize.Of(new MqttMessage(m.Topic, default, MqttQos.AtLeastOnce, false, m.Properties), MqttVersion.V5)));
    }
}
