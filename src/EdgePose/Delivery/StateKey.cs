namespace EdgePose.Delivery;

/// <summary>What a kept value is about.</summary>
internal enum StateKind { Availability, Info, Status, StreamAvailability, StreamState, People, Zone, Rule, Skeleton, Announcement }

/// <summary>Names a kept value. <paramref name="Stream"/> and <paramref name="Part"/> are empty where they do not apply.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Stream">Id of the stream.</param>
/// <param name="Part">Name of the zone, the rule or the skeleton.</param>
internal readonly record struct StateKey(StateKind Kind, string Stream, string Part)
{
    public static readonly StateKey Availability = new(StateKind.Availability, "", "");
    public static readonly StateKey Info = new(StateKind.Info, "", "");
    public static readonly StateKey Status = new(StateKind.Status, "", "");

    public static StateKey OfStream(StateKind kind, string stream) => new(kind, stream, "");

    public static StateKey OfZone(string stream, string zone) => new(StateKind.Zone, stream, zone);

    public static StateKey OfRule(string stream, string rule) => new(StateKind.Rule, stream, rule);

    public static StateKey OfSkeleton(string name) => new(StateKind.Skeleton, "", name);
}
