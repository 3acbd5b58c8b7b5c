using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt;

internal sealed partial class MqttSink
{
    private static partial class Log
    {
        [LoggerMessage(400, LogLevel.Information, "broker: {State}")]
        public static partial void BrokerWell(ILogger logger, BrokerState state);

        [LoggerMessage(401, LogLevel.Warning, "broker: {State}: {Reason}")]
        public static partial void BrokerIll(ILogger logger, BrokerState state, string reason);

        [LoggerMessage(405, LogLevel.Warning, "the broker does not let us subscribe to {Filter}: {Reason}")]
        public static partial void NotSubscribed(ILogger logger, string filter, string reason);

        [LoggerMessage(406, LogLevel.Warning, "the broker refuses a further form of an event on {Topic}: {Reason}")]
        public static partial void CopyRefused(ILogger logger, string topic, string reason);

        [LoggerMessage(404, LogLevel.Warning, "stopped without the broker's word that it has the offline messages; it publishes the last will instead")]
        public static partial void StoppedUnacknowledged(ILogger logger);
    }
}
