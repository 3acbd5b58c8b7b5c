using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;

namespace EdgePose.Events;

/// <summary>What is an event in one stream.</summary>
internal sealed record StreamRules
{
    public IReadOnlyList<ZoneShape> Zones { get; init; } = [];
    public IReadOnlyList<LineShape> Lines { get; init; } = [];
    public IReadOnlyList<RuleSettings> Rules { get; init; } = [];

    /// <summary>What the rules can raise.</summary>
    public IReadOnlyList<EventType> EventTypes => [.. Rules.SelectMany(r => r.Kind.Events).Distinct()];
}
