using EdgePose.Delivery.Spool;
using EdgePose.Settings;

namespace EdgePose.Service;

/// <summary>Where the spool is and how it is set up, from the configuration and the environment.</summary>
internal static class SpoolFolder
{
    public static SpoolSettings Options(SpoolSettings configured, Func<string, string?> environment) => configured with
    {
        Folder = configured.Folder.Length > 0 ? configured.Folder : Default(environment),
        KernelBoot = SpoolClock.ReadKernelBoot(),
    };

    /// <summary>systemd's state directory of the service, else the user's, as the XDG base directory specification has it.</summary>
    public static string Default(Func<string, string?> environment)
    {
        if (environment("STATE_DIRECTORY") is { Length: > 0 } state) { return Path.Combine(state.Split(':')[0], "spool"); }
        var home = environment("XDG_STATE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg) ? xdg : Path.Combine(environment("HOME") is { Length: > 0 } own && Path.IsPathRooted(own) ? own : "/", ".local", "state");
        return Path.Combine(home, "edgepose", "spool");
    }
}
