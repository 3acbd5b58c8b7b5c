namespace EdgePose.Events.Rules;

/// <summary>What is configured of one rule: here what all kinds have, in the record of each kind what it has alone.</summary>
internal abstract record RuleSettings
{
    /// <summary>The user's name for it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Name of a zone: only people whose foot point is in it; empty = the whole picture.</summary>
    public string Zone { get; init; } = "";

    /// <summary>How long the cause must last before the event starts.</summary>
    public TimeSpan After { get; init; }

    /// <summary>How long the cause must be gone before the event ends.</summary>
    public TimeSpan EndAfter { get; init; }

    /// <summary>Time between updates of an event that lasts; zero = none.</summary>
    public TimeSpan UpdateEvery { get; init; }

    /// <summary>After the end of an event, no new one of this rule for the same person (or zone) for this long.</summary>
    public TimeSpan Cooldown { get; init; }

    /// <summary>A person must have been known for this long.</summary>
    public TimeSpan MinAge { get; init; }

    /// <summary>Smallest score of the person in the frame that starts the event.</summary>
    public float MinScore { get; init; }

    /// <summary>Names of the schedules in which events may start; empty = always.</summary>
    public IReadOnlyList<string> Schedule { get; init; } = [];

    public abstract RuleKind Kind { get; }

    /// <summary>The rule at work in one stream.</summary>
    public abstract IEventRule Create(RuleSite site);
}
