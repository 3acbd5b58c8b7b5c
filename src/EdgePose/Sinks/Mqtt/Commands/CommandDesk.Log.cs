using Microsoft.Extensions.Logging;

namespace EdgePose.Sinks.Mqtt.Commands;

internal sealed partial class CommandDesk
{
    private static partial class Log
    {
        [LoggerMessage(420, LogLevel.Information, "command {Name} carried out")]
        public static partial void Done(ILogger logger, string name);

        [LoggerMessage(421, LogLevel.Warning, "a command was refused: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);

        [LoggerMessage(422, LogLevel.Error, "command {Name} failed")]
        public static partial void Failed(ILogger logger, string name, Exception exception);

        [LoggerMessage(423, LogLevel.Warning, "the answer to a command did not get out: {Reason}")]
        public static partial void Unanswered(ILogger logger, string reason);
    }
}
