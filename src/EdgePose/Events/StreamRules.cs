using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Settings;

namespace EdgePose.Events;

/// <summary>What is an event in one stream.</summary>
internal sealed record StreamRules
{
    public IReadOnlyList<ZoneShape> Zones { get; init; } = [];
    public IReadOnlyList<LineShape> Lines { get; init; } = [];
    public IReadOnlyList<RuleSettings> Rules { get; init; } = [];

    /// <summary>Reads the sections <c>zones</c>, <c>lines</c> and <c>rules</c> of a stream.</summary>
    public static StreamRules Read(Section stream, EventsSettings shared)
    {
        var zones = ZoneShape.ReadAll(stream.Child("zones", ZoneShape.About));
        var lines = LineShape.ReadAll(stream.Child("lines", LineShape.About));
        var names = new RuleNames(shared, [.. zones.Select(z => z.Name)], [.. lines.Select(l => l.Name)]);
        return new StreamRules { Zones = zones, Lines = lines, Rules = RuleReader.ReadAll(stream.Child("rules", RuleReader.About), names) };
    }

    /// <summary>What the rules can raise.</summary>
    public IReadOnlyList<EventType> EventTypes => [.. Rules.SelectMany(r => r.Kind.Events).Distinct()];
}
