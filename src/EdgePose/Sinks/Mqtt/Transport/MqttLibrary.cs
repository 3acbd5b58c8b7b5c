using System.Reflection;
using MQTTnet;

namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>The client library, for those who report versions.</summary>
internal static class MqttLibrary
{
    /// <summary>Such as <c>5.2.0.1603</c>.</summary>
    public static string Version { get; } =
        typeof(MqttClient).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version ?? "unknown";
}
