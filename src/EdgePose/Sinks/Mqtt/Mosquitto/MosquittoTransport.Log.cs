using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt.Mosquitto;

internal sealed partial class MosquittoTransport
{
    private static partial class Log
    {
        [LoggerMessage(420, LogLevel.Error, "the MQTT thread failed")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(421, LogLevel.Warning, "the broker keeps no retained messages: state and availability are seen only by clients that are connected when they change")]
        public static partial void NoRetain(ILogger logger);
    }
}
