namespace EdgePose.Service.Observe;

/// <summary>Where the status socket of a machine is.</summary>
internal static class SocketPath
{
    public const string FileName = "status.sock";

    /// <summary>The service's, as systemd makes it with <c>RuntimeDirectory=edgepose</c>.</summary>
    public const string System = "/run/edgepose/" + FileName;

    /// <summary>Where a daemon of this user opens its socket: systemd's runtime directory, the system's for root, else the user's own.</summary>
    public static string ForDaemon(Func<string, string?> environment)
    {
        if (environment("RUNTIME_DIRECTORY") is { Length: > 0 } folders) { return Path.Combine(folders.Split(':')[0], FileName); }
        return Environment.IsPrivilegedProcess ? System : ForUser(environment);
    }

    /// <summary>Where a daemon may be listening, likeliest first.</summary>
    public static IReadOnlyList<string> ForClient(Func<string, string?> environment) =>
        [.. new[] { ForDaemon(environment), System, ForUser(environment) }.Distinct()];

    /// <summary>Whether a path is the one in /tmp, whose folder must be closed to everybody else.</summary>
    public static bool IsOwnInTemp(string path) => path == InTemp;

    private static string InTemp => Path.Combine(Path.GetTempPath(), $"edgepose-{Environment.UserName}", FileName);

    // Without a runtime directory of its own a user gets a folder in /tmp that nobody else can enter.
    private static string ForUser(Func<string, string?> environment) =>
        environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Path.IsPathRooted(runtime)
            ? Path.Combine(runtime, "edgepose", FileName)
            : InTemp;
}
