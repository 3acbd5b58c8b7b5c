using EdgePose.Events.Scenes;

namespace EdgePose.Events.Rules;

/// <summary>What a rule may refer to, and the values that it inherits.</summary>
internal sealed record RuleNames(EventsSettings Shared, IReadOnlyList<string> Zones, IReadOnlyList<string> Lines)
{
    public IReadOnlyList<string> Schedules { get; } = [.. Shared.Schedules.Select(s => s.Name)];
}
