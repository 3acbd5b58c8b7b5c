using System.Net;
using System.Text;
using MQTTnet;
using MQTTnet.Channel;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>Our words in those of the client library.</summary>
internal static class ClientOptions
{
    /// <summary>What the broker may send at most.</summary>
    public const int MaxReceivedBytes = 256 * 1024;

    /// <summary>Messages on the wire without an answer, in either direction.</summary>
    public const ushort MaxInFlight = 32;

    public static MqttClientOptions Connect(MqttSettings options, MqttWill? will, Stream stream)
    {
        // A will is held back only as long as the session lives, and a client that starts clean ends its old session: a delayed will
        // therefore needs a session that outlives the connection and is taken up again. It holds nothing that we would miss or repeat.
        var delay = options.Version == MqttVersion.V5 && will is not null ? Seconds(will.Delay) : 0;
        var client = new MqttClientOptions
        {
            ProtocolVersion = options.Version == MqttVersion.V5 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311,
            // The validation would throw for properties under MQTT 3.1.1 instead of leaving them out.
            ValidateFeatures = false,
            // One write a message: header and payload would be two packets of TCP otherwise.
            AllowPacketFragmentation = false,
            ClientId = options.ClientId,
            CleanSession = delay == 0,
            SessionExpiryInterval = delay,
            ReceiveMaximum = MaxInFlight,
            MaximumPacketSize = MaxReceivedBytes,
            KeepAlivePeriod = options.KeepAlive,
            Credentials = Credentials(options),
            ChannelOptions = new MqttClientTcpOptions
            {
                RemoteEndpoint = new DnsEndPoint(options.Host, options.Port), StreamProvider = new Opened(stream),
            },
        };
        if (will is null) { return client; }
        client.WillTopic = will.Topic;
        client.WillPayload = will.Payload.ToArray();
        client.WillQualityOfServiceLevel = (MqttQualityOfServiceLevel)will.Qos;
        client.WillRetain = will.Retain;
        client.WillDelayInterval = delay;
        return client;
    }

    public static MqttApplicationMessage Publish(in MqttMessage message) => new()
    {
        Topic = message.Topic,
        Payload = new(message.Payload),
        QualityOfServiceLevel = (MqttQualityOfServiceLevel)message.Qos,
        Retain = message.Retain,
        ContentType = NullIfEmpty(message.Properties.ContentType),
        ResponseTopic = NullIfEmpty(message.Properties.ResponseTopic),
        CorrelationData = message.Properties.CorrelationData.IsEmpty ? null : message.Properties.CorrelationData.ToArray(),
        PayloadFormatIndicator = message.Properties.Utf8
            ? MqttPayloadFormatIndicator.CharacterData : MqttPayloadFormatIndicator.Unspecified,
        // 0 would mean never.
        MessageExpiryInterval = message.Properties.Expiry is { } expiry ? Math.Max(1, Seconds(expiry)) : 0,
        UserProperties = message.Properties.User.Count == 0 ? null : [.. message.Properties.User.Select(Property)],
    };

    /// <summary>What a received message needs for a reply.</summary>
    public static MqttMessage Received(MqttApplicationMessage message) => new(
        message.Topic, System.Buffers.BuffersExtensions.ToArray(message.Payload), (MqttQos)message.QualityOfServiceLevel, message.Retain,
        new MqttProperties
        {
            ContentType = message.ContentType ?? "",
            ResponseTopic = message.ResponseTopic ?? "",
            CorrelationData = message.CorrelationData ?? [],
        });

    private static MqttClientCredentials? Credentials(MqttSettings options) => options.User.Length == 0 ? null
        : new MqttClientCredentials(options.User, options.Password is { } password ? Encoding.UTF8.GetBytes(password.Reveal()) : null);

    private static MqttUserProperty Property(KeyValuePair<string, string> pair) =>
        new(pair.Key, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(pair.Value));

    private static uint Seconds(TimeSpan span) => (uint)Math.Clamp(Math.Ceiling(span.TotalSeconds), 0, uint.MaxValue);

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    /// <summary>The library's way to be given a stream instead of an address.</summary>
    private sealed class Opened(Stream stream) : IMqttClientStreamProvider
    {
        public Task<Stream> ConnectAsync(EndPoint brokerEndPoint, CancellationToken cancellationToken) => Task.FromResult(stream);
    }
}
