using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt.Transport;

internal sealed partial class MqttTransport
{
    private static partial class Log
    {
        [LoggerMessage(420, LogLevel.Error, "the MQTT connection failed by an error of this program; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(422, LogLevel.Warning,
            "the broker does not speak MQTT 5 ({Reason}): it is spoken to in MQTT 3.1.1, under which stale poses do not expire and a refused message looks like a taken one; "
            + "protocol: 3.1.1 saves the attempt")]
        public static partial void FellBack(ILogger logger, string reason);

        [LoggerMessage(423, LogLevel.Warning,
            "the broker refuses a last will with {What} ({Reason}): the will goes without it, so that {Consequence}")]
        public static partial void LesserWill(ILogger logger, string what, string reason, string consequence);

        [LoggerMessage(421, LogLevel.Warning,
            "the broker keeps no retained messages: state and availability are seen only by clients that are connected when they change")]
        public static partial void NoRetain(ILogger logger);
    }
}
