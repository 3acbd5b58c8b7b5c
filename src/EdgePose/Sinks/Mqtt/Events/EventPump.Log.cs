using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt.Events;

internal sealed partial class EventPump
{
    private static partial class Log
    {
        [LoggerMessage(440, LogLevel.Warning, "event {Sequence} was not taken and is tried again: {Reason}")]
        public static partial void NotTaken(ILogger logger, long sequence, string reason);

        [LoggerMessage(441, LogLevel.Error, "event {Sequence} could not be sent and is tried again")]
        public static partial void Failed(ILogger logger, long sequence, Exception exception);
    }
}
