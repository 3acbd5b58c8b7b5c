using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery.Spool;

internal sealed partial class SpoolWriter
{
    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Error, "the spool cannot write, events are kept in memory and would not survive a crash: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);

        [LoggerMessage(3002, LogLevel.Information, "the spool writes again")]
        public static partial void Mended(ILogger logger);

        [LoggerMessage(3003, LogLevel.Warning, "{Count} events of stream={Stream} were given up for sink={Reader} ({Reason}): sequences {First} to {Last}")]
        public static partial void GivenUp(ILogger logger, long count, string stream, string reader, LossReason reason, long first, long last);

        [LoggerMessage(3004, LogLevel.Warning, "the spool could not tidy up {Path}: {Reason}")]
        public static partial void CannotTidy(ILogger logger, string path, string reason);

        [LoggerMessage(3005, LogLevel.Warning, "the refused record {Sequence} could not be kept as a dead letter: {Reason}")]
        public static partial void DeadLetterLost(ILogger logger, long sequence, string reason);
    }
}
