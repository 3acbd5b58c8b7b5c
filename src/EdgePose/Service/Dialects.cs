using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Sinks.Mqtt.Transport;
using EdgePose.Sinks.Sparkplug;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service;

/// <summary>Builds what is published beside our own topics.</summary>
internal static class Dialects
{
    /// <summary>The Sparkplug edge node with its own connection; null when it is not configured.</summary>
    public static SparkplugNode? Sparkplug(EdgePoseConfig config, Func<string, string> redact, ILoggerFactory loggers, TimeProvider time)
    {
        if (config.Mqtt.SparkplugGroup.Length == 0) { return null; }
        var options = Mapping.Mqtt(config.Mqtt);
        var transport = new MqttTransport(options with { ClientId = options.ClientId + "-sparkplug" }, time, loggers.CreateLogger<MqttTransport>());
        var topics = new SparkplugTopics(config.Mqtt.SparkplugGroup, config.Node);
        return new SparkplugNode(topics, transport, Versions.Self, time, loggers.CreateLogger<SparkplugNode>(), redact);
    }
}
