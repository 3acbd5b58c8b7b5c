using Microsoft.Extensions.Logging;

namespace EdgePose.Events.Recording;

internal sealed partial class KeypointRecorder
{
    [LoggerMessage(1600, LogLevel.Warning, "stream={Stream} key-points are not recorded in {Folder}: {Reason}")]
    private partial void LogFailure(string stream, string folder, string reason);

    [LoggerMessage(1601, LogLevel.Debug, "stream={Stream} records key-points in {Path}")]
    private partial void LogFile(string stream, string path);
}
