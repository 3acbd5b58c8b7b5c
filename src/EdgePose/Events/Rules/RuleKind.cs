using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>What a kind of rule makes of the key <c>zone</c>.</summary>
internal enum ZoneUse { Optional, Required, None }

/// <summary>A kind of rule, as its file declares it.</summary>
/// <param name="Word">The value of the key <c>type</c>.</param>
/// <param name="Text">What the manual says it looks for.</param>
/// <param name="Events">Everything that it can raise.</param>
/// <param name="Read">Reads the keys that it has beside those of every rule.</param>
internal sealed record RuleKind(string Word, string Text, IReadOnlyList<EventType> Events, Func<RuleKeys, RuleSettings> Read)
{
    public ZoneUse Zone { get; init; } = ZoneUse.Optional;

    /// <summary>Whether its events are about a single person, and not about a number of people.</summary>
    public bool IsAboutPerson { get; init; } = true;

    /// <summary>Default of the key <c>after</c>, in seconds.</summary>
    public double After { get; init; }

    /// <summary>Default of the key <c>end_after</c>, in seconds; null = there is no such key.</summary>
    public double? EndAfter { get; init; } = 0;

    /// <summary>Default of the key <c>update_every</c>, in seconds; null = there is no such key.</summary>
    public double? UpdateEvery { get; init; } = 0;

    /// <summary>Default of the key <c>cooldown</c>, in seconds.</summary>
    public double Cooldown { get; init; }
}
