using EdgePose.Settings;

namespace EdgePose.Sinks.Mqtt;

/// <summary>Protocol level as it stands in the CONNECT packet.</summary>
internal enum MqttVersion { V311 = 4, V5 = 5 }

internal static class MqttVersions
{
    public static readonly Words<MqttVersion> Words = new(("5", MqttVersion.V5), ("3.1.1", MqttVersion.V311));
}
