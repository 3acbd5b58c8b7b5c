using Microsoft.Extensions.Logging;

namespace EdgePose.Inference;

internal sealed partial class InferenceLoop
{
    [LoggerMessage(2001, LogLevel.Error, "stream={Stream} frame {Sequence} could not be processed and was discarded ({Count} since the last message)")]
    private partial void LogFailure(string stream, long sequence, long count, Exception exception);
}
