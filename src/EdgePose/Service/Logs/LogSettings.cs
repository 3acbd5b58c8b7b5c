using EdgePose.Settings;

namespace EdgePose.Service.Logs;

/// <summary>The section <c>log</c>.</summary>
internal sealed record LogSettings
{
    public static readonly Doc About = "What the program writes to standard error, and how.";

    private static readonly string[] Levels = ["trace", "debug", "info", "warning", "error"];

    /// <summary>trace, debug, info, warning or error.</summary>
    public required string Level { get; init; }
    public required LogStyle Format { get; init; }

    public static LogSettings Read(Section s)
    {
        var settings = new LogSettings
        {
            Level = s.Choice("level", "info", Levels, "The least important message that is written. debug tells every step; trace is for looking for faults."),
            Format = s.Choice("format", LogStyle.Auto, LogStyles.Words,
                "How a line looks. auto is text on a terminal and, under systemd, the priorities that journald understands; json is one document per line."),
        };
        s.Done();
        return settings;
    }
}
