using EdgePose.Delivery;
using EdgePose.Settings;
using EdgePose.Sinks.HomeAssistant;
using EdgePose.Sinks.JsonLines;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Commands;
using EdgePose.Sinks.Mqtt.Transport;
using EdgePose.Sinks.Onvif;
using EdgePose.Sinks.Sparkplug;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service.Configuration;

/// <summary>The section <c>mqtt</c>, which several sinks share: the broker, and what is said there in which form.</summary>
internal sealed record BrokerSettings : ISinkSettings
{
    public static readonly SinkSection Section = new("mqtt", MqttSettings.About, Read);

    /// <summary>Name of this node in topics and announcements.</summary>
    public required string Node { get; init; }
    public required MqttSettings Connection { get; init; }
    public required MqttSinkSettings Sink { get; init; }

    /// <summary>Commands that may be given over MQTT.</summary>
    public required IReadOnlyList<string> Commands { get; init; }
    public required HomeAssistantSettings HomeAssistant { get; init; }
    public required OnvifSettings Onvif { get; init; }
    public required SparkplugSettings Sparkplug { get; init; }

    public bool IsOn => Connection.Host.Length > 0;

    public static BrokerSettings Read(Section s, string node)
    {
        var connection = MqttSettings.Read(s, node);
        var settings = new BrokerSettings
        {
            Node = node, Connection = connection, Sink = MqttSinkSettings.Read(s, node, connection.Version), Commands = CommandCompanion.ReadAllowed(s),
            HomeAssistant = HomeAssistantSettings.Read(s), Onvif = OnvifSettings.Read(s), Sparkplug = SparkplugSettings.Read(s),
        };
        s.Done();
        return settings;
    }

    public IEnumerable<ISink> Create(SinkParts parts)
    {
        var topics = new Topics(Sink.Prefix, Node);
        if (parts.JsonLines is { } output) { return [Lines(topics, output, parts)]; }
        if (!IsOn) { return []; }
        List<ISink> copies = Onvif.Enabled ? [new OnvifSink(new OnvifForm(topics), Sink, parts.Time, parts.Loggers.CreateLogger<OnvifSink>(), parts.Redact)] : [];
        var mqtt = Mqtt(topics, parts, copies.OfType<IMqttCompanion>());
        return Sparkplug.Group.Length == 0 ? [mqtt, .. copies] : [mqtt, .. copies, EdgeNode(parts)];
    }

    private JsonLinesSink Lines(Topics topics, Stream output, SinkParts parts) =>
        new(new MqttMessages(topics, Sink, Onvif.Enabled ? [new OnvifForm(topics)] : []), output, parts.Time, parts.Loggers.CreateLogger<JsonLinesSink>());

    private MqttSink Mqtt(Topics topics, SinkParts parts, IEnumerable<IMqttCompanion> others)
    {
        List<IMqttCompanion> companions = [.. others];
        if (Commands.Count > 0)
        {
            companions.Add(new CommandCompanion(topics, Commands, parts.Reload, parts.Time, parts.Loggers.CreateLogger<CommandCompanion>()));
        }
        if (HomeAssistant.Enabled) { companions.Add(new HomeAssistantCompanion(new Discovery(HomeAssistant.Prefix, Node, parts.Version, topics), parts.Announced)); }
        return new MqttSink(
            Sink with { LongestWill = Connection.KeepAlive * 1.5 + Sink.WillDelay }, Transport(Connection, parts), companions, parts.Announced, parts.Time,
            parts.Loggers.CreateLogger<MqttSink>(), parts.Redact);
    }

    /// <summary>The Sparkplug edge node has a connection of its own, because its death certificate must be that connection's last will.</summary>
    private SparkplugSink EdgeNode(SinkParts parts) => new(new SparkplugNode(
        new SparkplugTopics(Sparkplug.Group, Node), Transport(Connection with { ClientId = Connection.ClientId + "-sparkplug" }, parts), parts.Version,
        parts.Announced, parts.Time, parts.Loggers.CreateLogger<SparkplugNode>(), parts.Redact));

    private static MqttTransport Transport(MqttSettings settings, SinkParts parts) =>
        new(settings, parts.Time, parts.Loggers.CreateLogger<MqttTransport>());
}
