using EdgePose.Delivery;
using EdgePose.Networks.Families;
using EdgePose.Networks.Runtime;
using EdgePose.Networks.Scheduling;
using EdgePose.Networks.TopDown;
using EdgePose.People.Skipping;
using EdgePose.People.Tracking;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Sinks.Mqtt;
using EdgePose.Streams;

namespace EdgePose.Service;

/// <summary>Configuration to the options of each feature: the only place where both sides are seen.</summary>
internal static class Mapping
{
    public static MqttOptions Mqtt(MqttConfig mqtt) => new()
    {
        Host = mqtt.Host,
        Port = mqtt.Port,
        ClientId = mqtt.ClientId,
        WebSocketPath = mqtt.WebSocketPath,
        Version = mqtt.Protocol == MqttProtocol.V5 ? MqttVersion.V5 : MqttVersion.V311,
        User = mqtt.User,
        Password = mqtt.Password,
        Tls = mqtt.Tls,
        CaFile = mqtt.CaFile,
        CertFile = mqtt.CertFile,
        KeyFile = mqtt.KeyFile,
        Insecure = mqtt.Insecure,
        KeepAlive = mqtt.KeepAlive,
    };

    public static OutboxOptions Outbox(EdgePoseConfig config) => new()
    {
        Node = config.Node,
        MaxRate = config.Poses.MaxRate,
        SpoolRetention = config.Spool.MaxAge,
    };

    public static MqttSinkOptions MqttSink(EdgePoseConfig config) => new()
    {
        Prefix = config.Mqtt.Prefix,
        Node = config.Node,
        Envelope = config.Mqtt.Envelope == Envelope.CloudEvents ? EventEnvelope.CloudEvents : EventEnvelope.None,
        Version = config.Mqtt.Protocol == MqttProtocol.V5 ? MqttVersion.V5 : MqttVersion.V311,
    };
}
