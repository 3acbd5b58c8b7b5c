using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Workshop.Quantization.Accuracy;

/// <summary>How well a candidate agrees with its float model where there is no ground truth.</summary>
/// <param name="Value">0..1: 1 less what it differs more than harmless changes make the float model differ from itself.</param>
/// <param name="Low">Lower end of the 95 % interval of <paramref name="Value"/>.</param>
/// <param name="High">Its upper end.</param>
internal sealed record Agreement(double Value, double Low, double High);

/// <summary>
/// Judges a candidate by what the float model itself does when a picture changes in a way that means nothing. Similarity of those whom both
/// found, people missed and extra people each have to keep to that; the worst of the three is the finding.
/// </summary>
/// <param name="isDetector">True for boxes, whose one measure is F1.</param>
/// <param name="harmless">What the float model finds in the changed pictures, against what it finds in the pictures as they are.</param>
internal sealed class AgreementRule(bool isDetector, IReadOnlyList<Likeness> harmless)
{
    /// <summary>
    /// A change that means nothing may cost a sound model so much at most. What is worse is no excuse for the candidate: a model that so little
    /// unsettles proves nothing by its agreement.
    /// </summary>
    private const double MostUnsettled = 0.15;

    private const int Resamples = 1000;
    private const int Seed = 1;
    private const double Level = 0.95;

    public IReadOnlyList<Likeness> Harmless => harmless;

    /// <summary>The finding with its interval, by drawing pictures with replacement for candidate and harmless changes alike.</summary>
    public Agreement Judge(Likeness candidate, CancellationToken stop)
    {
        var value = Of(candidate.Total, [.. harmless.Select(h => h.Total)]);
        var interval = Bootstrap.Of(candidate.Pictures.Count, weights => Of(Sum(candidate, weights), [.. harmless.Select(h => Sum(h, weights))]), Resamples, Seed, Level, stop);
        return interval is { } i ? new Agreement(value ?? 0, i.Low, i.High) : new Agreement(0, 0, 0);
    }

    /// <summary>Null when nobody was there.</summary>
    private double? Of(in Tally candidate, Tally[] reference)
    {
        if (candidate.People <= 0) { return null; }
        if (isDetector) { return 1 - Excess(candidate, reference, static t => 1 - t.F1); }
        var worst = Math.Max(Excess(candidate, reference, static t => 1 - t.Similarity), Excess(candidate, reference, static t => t.Missed));
        return 1 - Math.Max(worst, Excess(candidate, reference, static t => t.MoreThan));
    }

    private static double Excess(in Tally candidate, Tally[] reference, Func<Tally, double> difference)
    {
        var usual = reference.Length == 0 ? 0 : reference.Max(difference);
        return Math.Clamp(difference(candidate) - Math.Min(usual, MostUnsettled), 0, 1);
    }

    private static Tally Sum(Likeness likeness, int[] weights)
    {
        var sum = default(Tally);
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0) { sum += weights[i] * likeness.Pictures[i]; }
        }
        return sum;
    }
}
