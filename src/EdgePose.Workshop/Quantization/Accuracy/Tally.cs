namespace EdgePose.Workshop.Quantization.Accuracy;

/// <summary>
/// What two models found in one picture, as sums that can be added. Everybody counts by their score: whoever the float model itself hardly
/// sees decides nothing.
/// </summary>
/// <param name="People">Weight of the float model's people.</param>
/// <param name="Others">Weight of the other model's people.</param>
/// <param name="Matched">Weight of the float model's people whom the other found too.</param>
/// <param name="Similar">The same, each times the similarity of both poses; for boxes the same as <paramref name="Matched"/>.</param>
/// <param name="Extra">Weight of the other model's people whom the float model does not know.</param>
internal readonly record struct Tally(double People, double Others, double Matched, double Similar, double Extra)
{
    public static Tally operator +(Tally a, Tally b) =>
        new(a.People + b.People, a.Others + b.Others, a.Matched + b.Matched, a.Similar + b.Similar, a.Extra + b.Extra);

    public static Tally operator *(int times, Tally t) =>
        new(times * t.People, times * t.Others, times * t.Matched, times * t.Similar, times * t.Extra);

    /// <summary>Mean similarity of those whom both found, 0..1; 0 when there is nobody.</summary>
    public double Similarity => Matched > 0 ? Similar / Matched : 0;

    /// <summary>Share of the float model's people whom the other missed.</summary>
    public double Missed => People > 0 ? 1 - Matched / People : 0;

    /// <summary>Share, of the float model's people, of those whom only the other found.</summary>
    public double MoreThan => People > 0 ? Extra / People : 0;

    /// <summary>F1 of being found by both; 0 when nobody was found.</summary>
    public double F1 => People + Others > 0 ? 2 * Matched / (People + Others) : 0;
}
