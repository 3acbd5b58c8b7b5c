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
            Agreement that a quantized model must have with its float model where its card states no AP, because there was no ground truth: 1 less
            what it differs from its float model more than one grey level of noise or one pixel of shift makes that one differ from itself. A
            model below the limit is not loaded.
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
        var sample = card.Pictures > 0 ? string.Create(CultureInfo.InvariantCulture, $" on {card.Pictures} pictures with {card.People} people") : "";
        var speed = card.Speed is { } s ? string.Create(CultureInfo.InvariantCulture, $", {s:0.##}x as fast{(IsOld(card) ? $" with onnxruntime {card.SpeedRuntime}" : "")}") : "";
        return $"quantized for {card.Target}, {cost}{sample}{speed}";
    }

    /// <summary>What a user should know about a model on this machine: where it runs, how fast, and in what batches.</summary>
    public static IEnumerable<string> Advice(ModelDescriptor model, IReadOnlyCollection<OrtSession> sessions)
    {
        if (sessions.FirstOrDefault(s => s.Descriptor.Name == model.Name) is not { } session) { yield break; }
        if (session.BatchNote.Length > 0) { yield return $"{model.Name}: {session.BatchNote}"; }
        if (model.Quantization is not { } card) { yield break; }
        if (session.Provider != card.Target)
        {
            yield return $"{model.Name}: quantized for {card.Target}, but it runs on {session.Provider}, where {card.Source} may be faster";
            yield break;
        }
        if (IsOld(card))
        {
            yield return $"{model.Name}: its speed was measured with onnxruntime {card.SpeedRuntime}, this is {OrtRuntime.Version}: edgepose models speed {model.Name}";
        }
        else if (card.Speed < 1) { yield return $"{model.Name}: its card says that it is slower than {card.Source}; use that"; }
    }

    // Another version has other kernels.
    private static bool IsOld(QuantizationCard card) =>
        card.Speed is not null && card.SpeedRuntime.Length > 0 && OrtRuntime.Version.Length > 0 && card.SpeedRuntime != OrtRuntime.Version;

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
