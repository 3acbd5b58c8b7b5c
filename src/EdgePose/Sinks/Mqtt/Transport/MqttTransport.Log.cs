using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt.Transport;

internal sealed partial class MqttTransport
{
    private static partial class Log
    {
        [LoggerMessage(420, LogLevel.Error, "the MQTT connection failed by an error of this program; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(421, LogLevel.Warning,
            "the broker keeps no retained messages: state and availability are seen only by clients that are connected when they change")]
        public static partial void NoRetain(ILogger logger);
    }
}
