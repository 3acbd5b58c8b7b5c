using EdgePose.Domain;

namespace EdgePose.Events.Rules;

/// <summary>A zone is not empty, with an update for each change of the number.</summary>
internal sealed class OccupancyRule(OccupancyRule.Settings settings, RuleSite site) : CountRule(settings, site)
{
    public static readonly EventType Occupancy = new("zone_occupancy");

    public static readonly RuleKind Kind = new("occupancy", "number of people in a zone", [Occupancy], static _ => new Settings())
    {
        Zone = ZoneUse.Required, IsAboutPerson = false, UpdateEvery = null,
    };

    protected override EventType Type => Occupancy;
    protected override int Least => 1;

    protected override bool IsNews(int count, int told, long since) => count != told;

    protected override string StartBecause(int count) => "occupied";

    protected override string EndBecause(int count) => "empty";

    internal sealed record Settings : RuleSettings
    {
        public override RuleKind Kind => OccupancyRule.Kind;

        public override IEventRule Create(RuleSite site) => new OccupancyRule(this, site);
    }
}
