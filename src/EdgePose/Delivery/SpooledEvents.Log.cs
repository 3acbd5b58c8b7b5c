using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery;

internal sealed partial class SpooledEvents
{
    private static partial class Log
    {
        [LoggerMessage(440, LogLevel.Warning, "event {Sequence} was not taken and is tried again: {Reason}")]
        public static partial void NotTaken(ILogger logger, long sequence, string reason);
    }
}
