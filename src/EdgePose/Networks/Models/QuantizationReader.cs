using EdgePose.Domain;
using EdgePose.Settings;

namespace EdgePose.Networks.Models;

/// <summary>Reads the card of a quantized model: the <c>quantization</c> section of its descriptor.</summary>
internal static class QuantizationReader
{
    private const int MostNames = 4096;

    public static readonly IReadOnlyList<string> Targets = ["cpu", "tensorrt", "qnn"];

    /// <summary>Null for a descriptor without the section.</summary>
    public static QuantizationCard? Read(Section root)
    {
        var present = root.Has("quantization");
        var s = root.Child("quantization");
        var (source, hash) = (s.Text("source", "", Section.CheckId), s.Text("source_sha256", "", IsHash));
        var card = new QuantizationCard
        {
            Target = s.Choice("target", "cpu", [.. Targets.Select(t => (t, t))]),
            Source = source,
            SourceSha256 = hash,
            FloatGroups = s.List("float_groups", [], [], IsText, MostNames),
        };
        foreach (var key in (string[])["method", "activations", "tool", "verdict"]) { s.Text(key, "", IsText); }
        s.Text("date", "", t => DateOnly.TryParseExact(t, "yyyy-MM-dd", out _) ? null : "a date such as 2026-11-22");
        s.List("excluded", [], [], IsText, MostNames);
        s.List("processor", [], [], IsText);
        s.List("notes", [], [], IsText);
        Calibration(s.Child("calibration"));
        card = Evaluation(s.Child("evaluation"), card);
        card = Speed(s.Child("speed"), card);
        Counts(s.Child("bytes"), "float", "quantized");
        Counts(s.Child("residual"), "integer", "quantize", "dequantize", "float_islands");
        Sensitivity(s.Child("sensitivity"));
        s.Done();
        if (!present) { return null; }
        Need(s, "target", "source", "source_sha256", "evaluation");
        if (card.ApLoss is null && card.Agreement is null) { s.Error("evaluation", "ap_loss or agreement is missing: nobody knows what the model lost"); }
        return card;
    }

    private static void Calibration(Section s)
    {
        s.Text("sha256", "", IsHash);
        s.List("from", [], [], IsText);
        s.Integer("pictures", 0, 0, int.MaxValue);
        s.Integer("inputs", 0, 0, int.MaxValue);
        s.Done();
    }

    private static QuantizationCard Evaluation(Section s, QuantizationCard card)
    {
        s.Choice("measure", "ap", ("ap", "ap"), ("box_ap", "box_ap"), ("oks", "oks"), ("boxes", "boxes"));
        s.Text("sha256", "", IsHash);
        var pictures = s.Integer("pictures", 0, 0, int.MaxValue);
        s.Integer("inputs", 0, 0, int.MaxValue);
        var people = s.Integer("people", 0, 0, int.MaxValue);
        s.Number("ap_float", null, -1, 1);
        s.Number("ap_quantized", null, -1, 1);
        var loss = s.Number("ap_loss", null, -100, 100);
        var agreement = s.Number("agreement", null, 0, 1);
        foreach (var end in (string[])["low", "high"])
        {
            s.Number("ap_loss_" + end, null, -100, 100);
            s.Number("agreement_" + end, null, 0, 1);
        }
        foreach (var of in (string[])["likeness", "harmless"])
        {
            var shares = s.Child(of);
            foreach (var share in (string[])["similarity", "missed", "extra"]) { shares.Number(share, null, 0, 1e6); }
            shares.Done();
        }
        s.Number("shift_px", null, 0, 1e6);
        s.Number("sqnr_db", null, -1000, 1000);
        s.Done();
        return card with { ApLoss = loss, Agreement = agreement, Pictures = pictures, People = people };
    }

    private static QuantizationCard Speed(Section s, QuantizationCard card)
    {
        s.Text("provider", "", IsText);
        var runtime = s.Text("runtime", "", IsText);
        var input = s.List("input", [], [], IsText);
        s.Integer("threads", 0, 0, 4096);
        s.Number("one_thread", null, 0, 1e6);
        var all = s.Number("all_threads", null, 0, 1e6);
        s.Done();
        return card with { Speed = all, SpeedRuntime = runtime, SpeedInput = input.Count == 1 ? input[0] : "" };
    }

    private static void Counts(Section s, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys) { s.Integer(key, 0, 0, int.MaxValue); }
        s.Done();
    }

    private static void Sensitivity(Section s)
    {
        foreach (var group in s.Names())
        {
            var values = s.Sub(group);
            values.Number("sqnr_db", null, -1000, 1000);
            values.Number("shift_px", null, 0, 1e6);
            values.Done();
        }
    }

    private static void Need(Section s, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (!s.Contains(key)) { s.Missing(key + " is missing"); }
        }
    }

    private static string? IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower) ? null : "64 hexadecimal digits, lower case";

    private static string? IsText(string text) => text.Length is > 0 and <= 1000 ? null : "a text";
}
