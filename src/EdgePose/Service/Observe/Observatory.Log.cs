using System.Net;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service.Observe;

internal sealed partial class Observatory
{
    [LoggerMessage(5101, LogLevel.Information, "metrics and health at http://{Address}")]
    private partial void LogListening(IPEndPoint address);

    [LoggerMessage(5102, LogLevel.Error, "no metrics at {Address}: {Problem}")]
    private partial void LogNotListening(IPEndPoint address, string problem);

    [LoggerMessage(5103, LogLevel.Warning, "no status socket at {Path}, edgepose top will find nothing: {Problem}")]
    private partial void LogNoSocket(string path, string problem);
}
