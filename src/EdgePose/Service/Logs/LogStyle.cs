using EdgePose.Settings;

namespace EdgePose.Service.Logs;

/// <summary>How log lines look.</summary>
internal enum LogStyle
{
    /// <summary>Journald prefixes under systemd, console text otherwise.</summary>
    Auto, Console, Journald, Json,
}

internal static class LogStyles
{
    public static readonly Words<LogStyle> Words = new(
        ("auto", LogStyle.Auto), ("console", LogStyle.Console), ("journald", LogStyle.Journald), ("json", LogStyle.Json));
}
