using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt;

internal sealed partial class Publisher
{
    private static partial class Log
    {
        [LoggerMessage(400, LogLevel.Information, "broker: {State}")]
        public static partial void BrokerWell(ILogger logger, BrokerState state);

        [LoggerMessage(401, LogLevel.Warning, "broker: {State}: {Reason}")]
        public static partial void BrokerIll(ILogger logger, BrokerState state, string reason);

        [LoggerMessage(402, LogLevel.Warning, "the broker did not take a message for {Topic}: {Reason} ({Count} so far)")]
        public static partial void NotTaken(ILogger logger, string topic, string reason, long count);

        [LoggerMessage(403, LogLevel.Warning, "{Count} pose messages were dropped in the last {Seconds} s, because newer ones came faster than the broker takes them")]
        public static partial void QueueFull(ILogger logger, long count, int seconds);

        [LoggerMessage(404, LogLevel.Warning, "stopped without the broker's word that it has the offline messages; it publishes the last will instead")]
        public static partial void StoppedUnacknowledged(ILogger logger);
    }
}
