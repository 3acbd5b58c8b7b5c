using Microsoft.Extensions.Logging;

namespace EdgePose.Networks.Scheduling;

internal sealed partial class InferenceLoop
{
    [LoggerMessage(2001, LogLevel.Error, "stream={Stream} frame {Sequence} could not be processed and was discarded ({Count} since the last message): {Reason}")]
    private partial void LogFailure(string stream, long sequence, long count, string reason);

    [LoggerMessage(2004, LogLevel.Debug, "stream={Stream} frame {Sequence}: where it failed")]
    private partial void LogFailureDetail(string stream, long sequence, Exception exception);

    [LoggerMessage(2002, LogLevel.Error, "stream={Stream} frame {Sequence} was discarded: {Reason} ({InARow} in a row on this device)")]
    private partial void LogMissed(string stream, long sequence, string reason, int inARow);

    [LoggerMessage(2003, LogLevel.Information, "load ladder at step {Step} of {Last}: {Demand}")]
    private partial void LogStep(int step, int last, string demand);
}
