using EdgePose.Domain;

namespace EdgePose.Workshop.Replay;

/// <summary>What <c>edgepose replay</c> was asked for.</summary>
internal sealed record ReplayRequest
{
    /// <summary><c>.poses</c> files or a folder of them, or one clip.</summary>
    public required IReadOnlyList<string> Sources { get; init; }
    public required string ConfigPath { get; init; }
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>Whose rules; empty = the stream that was recorded, or the only one configured.</summary>
    public string Stream { get; init; } = "";

    /// <summary>Times real time; 0 = as fast as possible.</summary>
    public double Speed { get; init; }

    /// <summary>Golden events; empty = none.</summary>
    public string Expect { get; init; } = "";
    public TimeSpan Tolerance { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Another configuration whose rules run beside; empty = none.</summary>
    public string Shadow { get; init; } = "";

    /// <summary>When a clip is said to begin; recordings have their own times.</summary>
    public DateTimeOffset Start { get; init; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
}

/// <summary>Events that one rule began, as counts and, where at least a day was watched, per day of the camera.</summary>
internal sealed record RuleFigures(string Rule, string Type, int Starts, double? PerDay);

/// <summary>What a changed rule set would have raised. Only starts are compared.</summary>
internal sealed record ShadowFigures
{
    public required string Config { get; init; }
    public required IReadOnlyList<ShadowRule> Rules { get; init; }
    public required IReadOnlyList<EventLine> More { get; init; }
    public required IReadOnlyList<EventLine> Fewer { get; init; }
}

/// <param name="Rule">Name of the rule.</param>
/// <param name="Type">Of its events.</param>
/// <param name="Before">Starts with the configuration as it is.</param>
/// <param name="After">Starts with the changed one.</param>
/// <param name="More">Starts that only the changed one has.</param>
/// <param name="Fewer">Starts that it no longer has.</param>
/// <param name="BeforePerDay">Per day of the camera; null where less was watched.</param>
/// <param name="AfterPerDay">As above.</param>
internal sealed record ShadowRule(string Rule, string Type, int Before, int After, int More, int Fewer, double? BeforePerDay, double? AfterPerDay);

/// <summary>Comparison with expected events.</summary>
internal sealed record ExpectFigures(string Golden, long ToleranceMs, int Same, IReadOnlyList<EventLine> Missing, IReadOnlyList<EventLine> Unexpected);

/// <summary>The result of <c>edgepose replay</c>.</summary>
internal sealed record ReplayReport
{
    public required IReadOnlyList<string> Sources { get; init; }
    public required string Stream { get; init; }
    public required string Config { get; init; }
    public required string ConfigHash { get; init; }
    public required long Frames { get; init; }

    /// <summary>Length of what was played, without gaps.</summary>
    public required double Seconds { get; init; }

    /// <summary>Blocks of recordings that are missing or damaged; 0 for a clip.</summary>
    public required long MissingBlocks { get; init; }
    public required IReadOnlyList<RuleFigures> Rules { get; init; }
    public required IReadOnlyList<EventLine> Events { get; init; }
    public ExpectFigures? Expect { get; init; }
    public ShadowFigures? Shadow { get; init; }
    public ExitCode Code => Expect is { } e && (e.Missing.Count > 0 || e.Unexpected.Count > 0) ? ExitCode.Threshold : ExitCode.Ok;
}
