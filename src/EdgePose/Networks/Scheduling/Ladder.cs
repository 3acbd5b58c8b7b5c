namespace EdgePose.Networks.Scheduling;

/// <summary>
/// What is given up under load, one rung after the other: poses in between are predicted, then the detector runs less often, then the
/// network gets a smaller input, at last fewer people are measured. Poses come first because prediction over two or three frames costs
/// the least accuracy; the cap comes last because it loses somebody.
/// </summary>
internal static class Ladder
{
    private static readonly Quality[] Rungs =
    [
        Quality.Full,
        new(1, PosePeriod: 2, DetectorFactor: 1, SmallInput: false, MaxPeople: int.MaxValue),
        new(2, PosePeriod: 3, DetectorFactor: 1, SmallInput: false, MaxPeople: int.MaxValue),
        new(3, PosePeriod: 3, DetectorFactor: 2, SmallInput: false, MaxPeople: int.MaxValue),
        new(4, PosePeriod: 3, DetectorFactor: 4, SmallInput: false, MaxPeople: int.MaxValue),
        new(5, PosePeriod: 3, DetectorFactor: 4, SmallInput: true, MaxPeople: int.MaxValue),
        new(6, PosePeriod: 4, DetectorFactor: 4, SmallInput: true, MaxPeople: 6),
        new(7, PosePeriod: 6, DetectorFactor: 4, SmallInput: true, MaxPeople: 3),
    ];

    /// <summary>The cheapest rung.</summary>
    public static int Last => Rungs.Length - 1;

    /// <summary>Rung <paramref name="step"/> for the weightiest stream.</summary>
    public static Quality Rung(int step) => Rungs[step];

    /// <summary>All rungs for one stream. The cap of people is that of the weightiest stream; lighter ones get their part of it, at least one.</summary>
    /// <param name="relativeWeight">Weight of the stream divided by the greatest of the device, in (0, 1].</param>
    public static Quality[] For(double relativeWeight) =>
        [.. Rungs.Select(r => r.MaxPeople == int.MaxValue ? r : r with { MaxPeople = Math.Max(1, (int)Math.Ceiling(r.MaxPeople * relativeWeight)) })];
}
