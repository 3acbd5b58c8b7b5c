using EdgePose.Service.Logs;
using Serilog.Core;

namespace EdgePose.Service;

/// <summary>The level of the running log, which a reload may change.</summary>
/// <param name="isFixed">The command line gave the level: the configuration does not change it.</param>
internal sealed class LogControl(bool isFixed)
{
    public LoggingLevelSwitch Switch { get; } = new();

    public void Follow(LogSettings settings)
    {
        if (!isFixed) { Switch.MinimumLevel = LogSetup.ParseLevel(settings.Level); }
    }
}
