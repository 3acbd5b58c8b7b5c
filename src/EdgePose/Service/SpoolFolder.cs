using System.Globalization;
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
        var home = environment("XDG_STATE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg) ? xdg : Path.Combine(environment("HOME") ?? "/", ".local", "state");
        return Path.Combine(home, "edgepose", "spool");
    }

    /// <summary>One line for <c>edgepose check</c>.</summary>
    public static Finding Check(SpoolSettings configured, Func<string, string?> environment)
    {
        var options = Options(configured, environment);
        SpoolCondition found;
        try { found = SpoolCheck.Look(options.Folder); }
        catch (IOException e) { return Bad($"{options.Folder} cannot be read: {e.Message}"); }
        var folder = options.Folder + (found.Exists ? "" : " (will be made)");
        if (!found.IsWritable) { return Bad($"{folder} is not writable for this user; set spool.folder, or run as the user of the service"); }
        var room = string.Create(CultureInfo.InvariantCulture, $"{found.FreeBytes >> 20} MiB free, at most {options.MaxBytes >> 20} MiB used");
        var letters = found.DeadLetters > 0 ? string.Create(CultureInfo.InvariantCulture, $", {found.DeadLetters} refused events are kept") : "";
        if (found.Holder.Length > 0) { return new Finding("spool", Verdict.Ok, $"{folder}: in use by process {found.Holder}, {room}{letters}"); }
        return found.FreeBytes < options.MaxBytes
            ? new Finding("spool", Verdict.Warning, $"{folder}: {room}: a full disk makes the oldest events give way earlier than spool.max_size says{letters}")
            : new Finding("spool", Verdict.Ok, $"{folder}: {room}{letters}");
    }

    private static Finding Bad(string text) => new("spool", Verdict.Error, text);
}
