using EdgePose.Delivery;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Sinks.HomeAssistant;
using EdgePose.Sinks.JsonLines;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Commands;
using EdgePose.Sinks.Mqtt.Transport;
using EdgePose.Sinks.Onvif;
using EdgePose.Sinks.Sparkplug;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>What sinks are made of, beside the configuration.</summary>
/// <param name="JsonLines">Where messages go as JSON lines instead of to a broker; null = the broker.</param>
/// <param name="Reload">Asks for a reload.</param>
/// <param name="Redact">Masks secrets.</param>
/// <param name="Loggers">Loggers.</param>
/// <param name="Time">Clock.</param>
internal sealed record SinkParts(Stream? JsonLines, Action Reload, Func<string, string> Redact, ILoggerFactory Loggers, TimeProvider Time);

/// <summary>Makes the sinks from the configuration: one row a sink.</summary>
internal static class ConfiguredSinks
{
    /// <summary>Each gives its sink, or null when it is not configured. The first one's connection is shown as the broker.</summary>
    private static readonly Func<EdgePoseConfig, SinkParts, ISink?>[] Rows = [JsonLines, Mqtt, Sparkplug];

    public static IReadOnlyList<ISink> Of(EdgePoseConfig config, SinkParts parts) => [.. Rows.Select(make => make(config, parts)).OfType<ISink>()];

    private static JsonLinesSink? JsonLines(EdgePoseConfig config, SinkParts parts)
    {
        if (parts.JsonLines is not { } output) { return null; }
        var (options, topics) = Mqtt(config);
        return new JsonLinesSink(new MqttMessages(topics, options, Forms(config, topics)), output);
    }

    private static MqttSink? Mqtt(EdgePoseConfig config, SinkParts parts)
    {
        if (parts.JsonLines is not null || config.Mqtt.Host.Length == 0) { return null; }
        var (options, topics) = Mqtt(config);
        List<IMqttCompanion> companions = [];
        if (config.Commands.Count > 0)
        {
            companions.Add(new CommandCompanion(topics, config.Commands, parts.Reload, parts.Time, parts.Loggers.CreateLogger<CommandCompanion>()));
        }
        if (config.HomeAssistant.Enabled)
        {
            companions.Add(new HomeAssistantCompanion(new Discovery(config.HomeAssistant.Prefix, config.Node, Versions.Self, topics)));
        }
        return new MqttSink(
            options, Transport(config.Mqtt, parts), Forms(config, topics), companions, parts.Time, parts.Loggers.CreateLogger<MqttSink>(), parts.Redact);
    }

    /// <summary>The Sparkplug edge node has a connection of its own, because its death certificate must be that connection's last will.</summary>
    private static SparkplugSink? Sparkplug(EdgePoseConfig config, SinkParts parts)
    {
        if (parts.JsonLines is not null || config.Sparkplug.Group.Length == 0) { return null; }
        var options = config.Mqtt;
        return new SparkplugSink(new SparkplugNode(
            new SparkplugTopics(config.Sparkplug.Group, config.Node), Transport(options with { ClientId = options.ClientId + "-sparkplug" }, parts), Versions.Self,
            parts.Time, parts.Loggers.CreateLogger<SparkplugNode>(), parts.Redact));
    }

    private static (MqttSinkSettings Options, Topics Topics) Mqtt(EdgePoseConfig config) => (config.MqttSink, new Topics(config.MqttSink.Prefix, config.Node));

    private static IReadOnlyList<IEventForm> Forms(EdgePoseConfig config, Topics topics) => config.Onvif.Enabled ? [new OnvifForm(topics)] : [];

    private static MqttTransport Transport(MqttSettings options, SinkParts parts) =>
        new(options, parts.Time, parts.Loggers.CreateLogger<MqttTransport>());
}
