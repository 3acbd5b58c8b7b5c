namespace EdgePose.Delivery;

/// <summary>Least times between two values that differ in figures only; changes of state go out at once.</summary>
internal sealed record StatePace
{
    public TimeSpan People { get; init; } = TimeSpan.FromSeconds(1);
    public TimeSpan Status { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Figures { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Of(StateKind kind) => kind switch
    {
        StateKind.People => People,
        StateKind.Status => Status,
        StateKind.StreamState => Figures,
        StateKind.Availability or StateKind.Info or StateKind.StreamAvailability or StateKind.Zone or StateKind.Rule or StateKind.Skeleton
            or StateKind.Announcement => TimeSpan.Zero,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind of value"),
    };
}
