using Microsoft.Extensions.Logging;

namespace EdgePose.Service.Observe;

internal sealed partial class StatusSocket
{
    [LoggerMessage(5111, LogLevel.Debug, "a client of the status socket has gone: {Reason}")]
    private partial void LogGone(string reason);

    [LoggerMessage(5112, LogLevel.Error, "a client of the status socket was dropped because of a defect")]
    private partial void LogBug(Exception exception);

    [LoggerMessage(5113, LogLevel.Information, "a client of the status socket was dropped because it does not read ({Count} so far)")]
    private partial void LogSlow(long count);
}
