using EdgePose.Domain;
using EdgePose.Events.Scenes;
using EdgePose.Settings;

namespace EdgePose.Events.Rules;

/// <summary>Many people: from <see cref="Settings.Count"/> on, with updates by time, until there is one less than that.</summary>
internal sealed class CrowdingRule(CrowdingRule.Settings settings, RuleSite site) : CountRule(settings, site)
{
    public static readonly EventType Crowding = new("crowding") { State = new EventState("Crowding", "problem") };

    public static readonly RuleKind Kind = new("crowding", "count people or more", [Crowding], static keys => new Settings
    {
        Count = keys.Integer("count", 5, 2, 200, new Doc("How many people make a crowd.") { Unit = "people" }),
    })
    { IsAboutPerson = false, After = 5, EndAfter = 2, UpdateEvery = 30, Cooldown = 10 };

    private readonly long _updateEvery = Instant.Least(settings.UpdateEvery);

    protected override EventType Type => Crowding;
    protected override int Least => settings.Count;

    protected override bool IsNews(int count, int told, long since) => _updateEvery > 0 && since >= _updateEvery;

    protected override string StartBecause(int count) =>
        FormattableString.Invariant($"{count} people, {settings.Count} or more for {settings.After.TotalSeconds:0.#} s");

    protected override string EndBecause(int count) => $"{count} people";

    internal sealed record Settings : RuleSettings
    {
        /// <summary>People who make a crowd.</summary>
        public required int Count { get; init; }

        public override RuleKind Kind => CrowdingRule.Kind;

        public override IEventRule Create(RuleSite site) => new CrowdingRule(this, site);
    }
}
