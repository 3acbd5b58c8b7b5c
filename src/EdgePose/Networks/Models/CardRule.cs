using System.Globalization;
using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Settings;

namespace EdgePose.Networks.Models;

/// <summary>
/// A quantized model has to have earned its place: what its card says it lost must be within the daemon's limits. That file and card belong
/// together is the hash's business, which stands in the same descriptor.
/// </summary>
internal static class CardRule
{
    /// <param name="s">The section <c>inference</c>; its end is not checked here.</param>
    public static QuantizationLimits ReadLimits(Section s) => new(
        s.Number("max_ap_loss", QuantizationLimits.Default.MaxApLoss, 0, 100, new Doc("""
            AP that a quantized model may have lost against its float model, as its card says (edgepose quantize measures it). A model over the
            limit is not loaded: a higher limit trades accuracy for speed.
            """) { Unit = "points" }),
        s.Number("min_agreement", QuantizationLimits.Default.MinAgreement, 0, 1, """
            Agreement that a quantized model must have with its float model where its card states no AP, because there was no ground truth: mean OKS
            of the people, or F1 of a detector's boxes. A model below the limit is not loaded.
            """));

    /// <exception cref="UserError">With <see cref="ExitCode.Model"/>: the card states more than the limits allow.</exception>
    public static void Require(ModelDescriptor model, QuantizationLimits limits)
    {
        if (model.Quantization is not { } card || Excess(card, limits) is not { } excess) { return; }
        throw new UserError(ExitCode.Model, $"model {model.Name}: its card says that quantization {excess.What}",
            $"use the float model {card.Source}, quantize it again (edgepose quantize {card.Source} --plan auto ...), or set inference.{excess.Key} if you accept that");
    }

    /// <summary>What the card says, in a few words.</summary>
    public static string Describe(QuantizationCard card)
    {
        var cost = card.ApLoss is { } loss ? $"lost {Points(loss)} points of AP" : $"agrees to {Share(card.Agreement ?? 0)} with {card.Source}";
        return $"quantized for {card.Target}, {cost}{(card.Speed is { } speed ? string.Create(CultureInfo.InvariantCulture, $", {speed:0.##}x as fast") : "")}";
    }

    /// <summary>What to do about a model that runs where it was not made for, or is slower than its float model; null when all is well.</summary>
    public static string? Advice(ModelDescriptor model, IReadOnlyCollection<OrtSession> sessions)
    {
        if (model.Quantization is not { } card || sessions.FirstOrDefault(s => s.Descriptor.Name == model.Name) is not { } session) { return null; }
        if (session.Provider != card.Target) { return $"{model.Name}: quantized for {card.Target}, but it runs on {session.Provider}, where {card.Source} may be faster"; }
        return card.Speed < 1 ? $"{model.Name}: its card says that it is slower than {card.Source}; use that" : null;
    }

    private static (string What, string Key)? Excess(QuantizationCard card, QuantizationLimits limits)
    {
        if (card.ApLoss is { } loss)
        {
            return loss <= limits.MaxApLoss ? null : ($"cost {Points(loss)} points of AP, more than the {Points(limits.MaxApLoss)} of inference.max_ap_loss", "max_ap_loss");
        }
        var agreement = card.Agreement ?? 0;
        return agreement >= limits.MinAgreement ? null
            : ($"left an agreement of {Share(agreement)} with the float model, less than the {Share(limits.MinAgreement)} of inference.min_agreement", "min_agreement");
    }

    private static string Points(float value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Share(float value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
