using EdgePose.Domain;
using Microsoft.Extensions.Logging;

namespace EdgePose.Streams;

internal sealed partial class StreamSupervisor
{
    [LoggerMessage(1100, LogLevel.Information, "stream={Stream} reads {Source}")]
    private partial void LogStarting(string stream, string source);

    [LoggerMessage(1101, LogLevel.Information, "stream={Stream} online: {Width}x{Height}, decoder {Decoder}, {Fps:0.##} fps announced, epoch {Epoch} {Remark}")]
    private partial void LogOnline(string stream, int width, int height, string decoder, double fps, int epoch, string remark);

    [LoggerMessage(1102, LogLevel.Warning, "stream={Stream} {State}: {Reason}")]
    private partial void LogState(string stream, StreamState state, string reason);

    [LoggerMessage(1103, LogLevel.Debug, "stream={Stream} next attempt in {Seconds:0.0} s after: {Reason}")]
    private partial void LogRetry(string stream, double seconds, string reason);

    [LoggerMessage(1104, LogLevel.Warning, "stream={Stream} ffmpeg: {Text} ({Held} more held back)")]
    private partial void LogFfmpeg(string stream, string text, long held);

    [LoggerMessage(1105, LogLevel.Warning, "stream={Stream} {Decoder} decoding does not work here, trying the next one: {Reason}")]
    private partial void LogHardwareRefused(string stream, string decoder, string reason);

    [LoggerMessage(1107, LogLevel.Information, "stream={Stream} ended: {Reason}")]
    private partial void LogEnded(string stream, string reason);

    [LoggerMessage(1108, LogLevel.Information, "stream={Stream} the source now sends {Codec} {Width}x{Height}, before {OldCodec} {OldWidth}x{OldHeight}")]
    private partial void LogFormatChanged(string stream, string oldCodec, int oldWidth, int oldHeight, string codec, int width, int height);

    [LoggerMessage(1109, LogLevel.Warning, "stream={Stream} ffmpeg does not start with the camera's time asked for, goes on without: {Reason}")]
    private partial void LogTapRefused(string stream, string reason);

    [LoggerMessage(1110, LogLevel.Information, "stream={Stream} capture times now come from: {Clock}")]
    private partial void LogTimeSource(string stream, TimeSource clock);

    [LoggerMessage(1111, LogLevel.Debug, "stream={Stream} connects, attempt {Attempt}")]
    private partial void LogConnects(string stream, int attempt);

    [LoggerMessage(1106, LogLevel.Error, "stream={Stream} the supervisor met an unexpected error")]
    private partial void LogBug(Exception exception, string stream);
}
