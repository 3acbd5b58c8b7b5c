using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Workshop.Quantization.Accuracy;

/// <summary>What an examination has shown.</summary>
internal enum Outcome
{
    /// <summary>Within the limits, and the sample is large enough to say so.</summary>
    Accepted,

    /// <summary>Beyond the limits.</summary>
    Refused,

    /// <summary>Within the limits as measured, but so small a sample may be wrong by more than what is left to them.</summary>
    NotShown,
}

/// <summary>Accuracy of one candidate.</summary>
internal sealed record Exam
{
    /// <summary>AP of the float model against ground truth, 0..1; null without.</summary>
    public required double? ApFloat { get; init; }

    /// <summary>The candidate's.</summary>
    public required double? ApQuantized { get; init; }

    /// <summary>95 % interval of <see cref="ApLoss"/>; null without ground truth.</summary>
    public required Interval? Loss { get; init; }

    /// <summary>The candidate's AP with the float model's predictions as truth.</summary>
    public required double ApAgainstFloat { get; init; }

    /// <summary>How alike the predictions are.</summary>
    public required Likeness Likeness { get; init; }

    /// <summary>The same, beside what harmless changes do.</summary>
    public required Agreement Agreement { get; init; }

    /// <summary>Points of AP lost; negative for a gain; null without ground truth.</summary>
    public double? ApLoss => 100 * (ApFloat - ApQuantized);

    /// <summary>
    /// By the worse end of the interval. With ground truth the measured AP must be within its limit and either interval must show it: that of
    /// AP, or that of the agreement, which needs far fewer pictures because nothing of it depends on how hard a picture is.
    /// </summary>
    public Outcome Judge(QuantizationLimits limits)
    {
        var agrees = Agreement.Low >= limits.MinAgreement;
        if (ApLoss is not { } loss) { return agrees ? Outcome.Accepted : Agreement.Value < limits.MinAgreement ? Outcome.Refused : Outcome.NotShown; }
        if (loss > limits.MaxApLoss) { return Outcome.Refused; }
        return agrees || Loss is not { } interval || interval.High <= limits.MaxApLoss ? Outcome.Accepted : Outcome.NotShown;
    }
}
