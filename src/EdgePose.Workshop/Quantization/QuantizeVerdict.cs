using System.Globalization;
using EdgePose.Domain;
using EdgePose.Workshop.Quantization.Accuracy;

namespace EdgePose.Workshop.Quantization;

/// <summary>The findings in sentences. What is over the limits is refused; what is slower than float is said to be so.</summary>
internal static class QuantizeVerdict
{
    /// <summary>A ratio nearer to 1 than this is no gain: the median of a noisy machine moves that much.</summary>
    private const double Noise = 0.03;
    private const int NamedGroups = 3;

    /// <summary>One sentence on accuracy, one on size and speed.</summary>
    public static string Text(QuantizeReport r) =>
        $"{Word(r)}: {Accuracy(r)}; {100.0 * r.BytesQuantized / r.BytesFloat:0} % of the size; {Speed(r.Speed, r.Target)}";

    /// <summary>What was measured, how sure it is, and on how much.</summary>
    public static string Accuracy(QuantizeReport r)
    {
        var (e, limits) = (r.Evaluation, r.Limits);
        var agreement = Invariant($"agreement {e.Agreement:0.000}{Range(e.AgreementLow, e.AgreementHigh, "0.000")} with the float model (limit {limits.MinAgreement:0.###})");
        var accuracy = e.ApLoss is { } loss
            ? Invariant($"AP {e.ApFloat:0.0000} -> {e.ApQuantized:0.0000}, {Points(loss)}{Range(e.ApLossLow, e.ApLossHigh, "0.00")} (limit {limits.MaxApLoss:0.##}), {agreement}")
            : agreement;
        return $"{accuracy} on {Sample(e)}{(r.Evidence.IsLowered ? $", less than the {Needed(Evidence.Default)} that are evidence by default" : "")}";
    }

    /// <summary>Null when the sample is large enough to accept a model on; otherwise the error that says what is missing.</summary>
    public static UserError? TooLittle(string name, Examination examination, Evidence evidence)
    {
        if (examination.Inputs >= evidence.Inputs && examination.People >= evidence.People) { return null; }
        return new UserError(ExitCode.Threshold,
            $"model {name}: not shown to be as good as its float model: {examination.Inputs} inputs with {examination.People} people are held out to compare on, {Needed(evidence)} are needed",
            "give more pictures with people in them, or others to compare on with --images; --min-inputs and --min-people lower what counts as evidence, and the card says so");
    }

    public static string Speed(SpeedReport speed, string target)
    {
        var figures = string.Join(", ", speed.Figures.Select(f => Invariant($"{f.Ratio:0.00}x with {f.Threads} {(f.Threads == 1 ? "thread" : "threads")}")));
        if (!speed.IsTarget) { return $"speed on {target} not known, that provider does not start here (on {speed.Provider}: {figures})"; }
        return IsFaster(speed) ? $"speed {figures}" : $"slower than float on this machine: keep float ({figures})";
    }

    /// <summary>True when it is faster than float at every thread count that was measured, or when nobody knows.</summary>
    public static bool IsFaster(SpeedReport speed) => !speed.IsTarget || speed.Figures.All(f => f.Ratio > 1 + Noise);

    /// <summary>The error for a model over the limits.</summary>
    public static UserError Refusal(QuantizeReport r)
    {
        var worst = string.Join(", ", r.Sensitivity.Take(NamedGroups).Select(g =>
            $"{g.Group} ({(g.SqnrDb is { } db ? Invariant($"{db:0.0} dB") : "outputs not comparable")}{(g.ShiftPx is { } px ? Invariant($", {px:0.00} px") : "")})"));
        return new UserError(ExitCode.Threshold,
            $"model {r.Name} {(r.Outcome == QuantizeWords.Of(Outcome.NotShown) ? "not shown to be within the limits" : "refused")}: {Accuracy(r)}; calibration on {r.Calibration.Pictures} pictures of {string.Join(", ", r.Calibration.From)}"
            + (worst.Length > 0 ? $"; the worst groups are {worst}" : ""),
            r.Outcome == QuantizeWords.Of(Outcome.NotShown)
                ? "compare on more pictures with people in them (--images), keep the worst groups in float (--plan auto, --exclude), or use the float model"
                : "calibrate on pictures like those that the camera will see, try another --method, keep the worst groups in float (--plan auto, --exclude), or use the float model");
    }

    /// <summary>The error for calibration pictures on which the float model finds nobody.</summary>
    public static UserError NobodyThere(string name, IReadOnlyList<string> from, int withPeople, int pictures, string finder) => new(ExitCode.Threshold,
        $"model {name} refused: the calibration is worthless: {finder} finds people in {withPeople} of {pictures} pictures of {string.Join(", ", from)}",
        "calibrate on pictures like those that the camera will see, with people in them");

    private static string Word(QuantizeReport r) => r.Accepted ? "accepted" : r.Outcome == QuantizeWords.Of(Outcome.NotShown) ? "not shown" : "refused";

    private static string Sample(EvaluationFigures e) =>
        $"{e.Pictures} pictures{(e.Inputs == e.Pictures ? "" : $" ({e.Inputs} crops)")} with {e.People} people";

    private static string Needed(Evidence evidence) => $"{evidence.Inputs} inputs and {evidence.People} people";

    private static string Range(double? low, double? high, string format) => low is { } l && high is { } h
        ? string.Create(CultureInfo.InvariantCulture, $" ({l.ToString(format, CultureInfo.InvariantCulture)} .. {h.ToString(format, CultureInfo.InvariantCulture)} with 95 % confidence)") : "";

    private static string Points(double loss) => Math.Abs(loss) < 0.005 ? "no loss" : Invariant($"a {(loss > 0 ? "loss" : "gain")} of {Math.Abs(loss):0.00} points");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
