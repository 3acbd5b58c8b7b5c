using EdgePose.Sinks.Mqtt;
using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Sparkplug;

internal sealed partial class SparkplugNode
{
    private static partial class Log
    {
        [LoggerMessage(430, LogLevel.Information, "Sparkplug: {State}")]
        public static partial void Well(ILogger logger, BrokerState state);

        [LoggerMessage(431, LogLevel.Warning, "Sparkplug: {State}: {Reason}")]
        public static partial void Ill(ILogger logger, BrokerState state, string reason);

        [LoggerMessage(432, LogLevel.Warning, "Sparkplug: a node command was no Sparkplug payload and is ignored")]
        public static partial void BadCommand(ILogger logger);

        [LoggerMessage(433, LogLevel.Warning, "Sparkplug: the broker did not take a message: {Reason}")]
        public static partial void NotTaken(ILogger logger, string reason);
    }
}
