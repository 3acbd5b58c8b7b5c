using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery.Spool;

internal sealed partial class DurableSpool
{
    private static partial class Log
    {
        [LoggerMessage(3010, LogLevel.Information, "spool {Folder}: run {Boot}, {Waiting} events wait")]
        public static partial void Opened(ILogger logger, string folder, uint boot, int waiting);

        [LoggerMessage(3011, LogLevel.Warning, "spool {Folder} was not left in order: {Torn} bytes of a cut write removed, {Damaged} damaged places, {Missing} sequences missing, {Cursors} damaged cursors")]
        public static partial void Healed(ILogger logger, string folder, long torn, int damaged, long missing, int cursors);

        [LoggerMessage(3012, LogLevel.Warning, "spool file left alone: {File}")]
        public static partial void Ignored(ILogger logger, string file);

        [LoggerMessage(3016, LogLevel.Warning, "{Count} events were not accepted by the spool in the last {Seconds} s: {Reason}")]
        public static partial void NotAccepted(ILogger logger, long count, int seconds, LossReason reason);

        [LoggerMessage(3017, LogLevel.Information, "sink={Reader} no longer reads the spool")]
        public static partial void Forgotten(ILogger logger, string reader);
    }
}
