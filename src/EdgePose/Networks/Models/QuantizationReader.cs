using EdgePose.Domain;
using EdgePose.Settings;

namespace EdgePose.Networks.Models;

/// <summary>Reads the card of a quantized model: the <c>quantization</c> section of its descriptor.</summary>
internal static class QuantizationReader
{
    private const int MostNames = 4096;
    private const string HashPattern = "^[0-9a-f]{64}$";

    public static readonly IReadOnlyList<string> Targets = ["cpu", "tensorrt", "qnn"];

    /// <summary>Null for a descriptor without the section.</summary>
    public static QuantizationCard? Read(Section root)
    {
        var present = root.Has("quantization");
        var s = root.Child("quantization", "Model card of a quantized model; edgepose quantize writes it.");
        var source = s.Text("source", "", Section.CheckId, Required("Name of the float model.") with { Pattern = Scalars.IdPattern });
        var hash = s.Text("source_sha256", "", IsHash, Required("SHA-256 of the float model's file.") with { Pattern = HashPattern });
        var card = new QuantizationCard
        {
            Target = s.Choice("target", "cpu", Targets, Required("Where it is meant to run.")),
            Source = source,
            SourceSha256 = hash,
            FloatGroups = s.List("float_groups", [], [], IsText, MostNames, "Groups of the network that the plan keeps in float."),
        };
        s.Text("method", "", IsText, "How the ranges of activations were found.");
        s.Text("activations", "", IsText, "Type of the quantized activations.");
        s.Text("tool", "", IsText, "What made it.");
        s.Text("verdict", "", IsText, "The findings in a sentence.");
        s.Text("date", "", t => DateOnly.TryParseExact(t, "yyyy-MM-dd", out _) ? null : "a date such as 2026-11-22",
            new Doc("When, UTC.") { Pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });
        s.List("excluded", [], [], IsText, MostNames, "Nodes and groups that the user kept in float.");
        s.List("processor", [], [], IsText, doc: "Architecture and instruction sets of the machine that measured the speed.");
        s.List("notes", [], [], IsText, doc: "What the quantizer had to say.");
        Calibration(s.Child("calibration", "The pictures that gave the ranges."));
        card = Evaluation(s.Child("evaluation", Required("What was measured against the float model, on other pictures.")), card);
        card = Speed(s.Child("speed", "Speed against the float model, measured in one run."), card);
        Counts(s.Child("bytes", "Size of the files."), ("float", "Bytes."), ("quantized", "Bytes."));
        Counts(s.Child("residual", "What the runtime's own optimisation left."), ("integer", "Integer operators."), ("quantize", "QuantizeLinear nodes."),
            ("dequantize", "DequantizeLinear nodes."), ("float_islands", "Runs of float operators between quantized ones."));
        Sensitivity(s.Child("sensitivity", "What each group costs when it alone is quantized, most harmful first."));
        s.Done();
        if (!present) { return null; }
        Need(s, "target", "source", "source_sha256", "evaluation");
        if (card.ApLoss is null && card.Agreement is null) { s.Error("evaluation", "ap_loss or agreement is missing: nobody knows what the model lost"); }
        return card;
    }

    private static void Calibration(Section s)
    {
        s.Text("sha256", "", IsHash, new Doc("Of the set: SHA-256 over the sorted hashes of the decoded pictures.") { Pattern = HashPattern });
        s.List("from", [], [], IsText, doc: "Names of folders and clips.");
        Count(s, "pictures", "Different pictures.");
        Count(s, "inputs", "Inputs of the network; crops for top-down models.");
        s.Done();
    }

    private static QuantizationCard Evaluation(Section s, QuantizationCard card)
    {
        s.Choice("measure", "ap", ["ap", "box_ap", "oks", "boxes"],
            Known("What decides: AP of key-points or boxes against ground truth; else the agreement, OKS of people or F1 of boxes."));
        s.Text("sha256", "", IsHash, new Doc("Of the set of pictures.") { Pattern = HashPattern });
        var pictures = Count(s, "pictures", "Pictures.");
        Count(s, "inputs", "Inputs of the network: pictures, or crops for top-down models.");
        var people = Count(s, "people", "People that count.");
        s.Number("ap_float", null, -1, 1, "AP of the float model.");
        s.Number("ap_quantized", null, -1, 1, "AP of this model.");
        var loss = s.Number("ap_loss", null, -100, 100, "Points of AP lost; compared with inference.max_ap_loss.");
        var agreement = s.Number("agreement", null, 0, 1,
            "1 less what it differs from its float model more than harmless changes make that one differ from itself; limit: inference.min_agreement.");
        s.Number("ap_loss_low", null, -100, 100, "Lower end of the 95 % interval of ap_loss over draws of the pictures.");
        s.Number("ap_loss_high", null, -100, 100, "Its upper end.");
        s.Number("agreement_low", null, 0, 1, "Lower end of the 95 % interval of agreement; it decided.");
        s.Number("agreement_high", null, 0, 1, "Its upper end.");
        Likeness(s.Child("likeness", "What the agreement is made of."));
        Likeness(s.Child("harmless", "The worst that one grey level of noise or one pixel of shift does to the float model."));
        s.Number("shift_px", null, 0, 1e6, "Mean shift of the joints, pixels of the network's input.");
        s.Number("sqnr_db", null, -1000, 1000, "Signal-to-noise ratio of the worst output.");
        s.Done();
        return card with { ApLoss = loss, Agreement = agreement, Pictures = pictures, People = people };
    }

    private static void Likeness(Section s)
    {
        s.Number("similarity", null, 0, 1, "Mean OKS of the people whom both found, or F1 of boxes; weighted by score.");
        s.Number("missed", null, 0, 1, "Share of the float model's people who were missed, weighted by score.");
        s.Number("extra", null, 0, 1e6, "People whom only the other found, as a share of the float model's, weighted by score.");
        s.Done();
    }

    private static QuantizationCard Speed(Section s, QuantizationCard card)
    {
        s.Text("provider", "", IsText, "Execution provider that ran both.");
        var runtime = s.Text("runtime", "", IsText, "Version of ONNX Runtime that was measured with.");
        var input = s.List("input", [], [], IsText, doc: "Shape of the input that both got, such as 1x3x448x640.");
        s.Integer("threads", 0, 0, 4096, Known("All threads of that machine."));
        s.Number("one_thread", null, 0, 1e6, "Ratio with one thread; above 1 is faster.");
        var all = s.Number("all_threads", null, 0, 1e6, "Ratio with all threads.");
        s.Done();
        return card with { Speed = all, SpeedRuntime = runtime, SpeedInput = input.Count == 1 ? input[0] : "" };
    }

    private static void Counts(Section s, params ReadOnlySpan<(string Key, string Text)> counts)
    {
        foreach (var (key, text) in counts) { Count(s, key, text); }
        s.Done();
    }

    private static int Count(Section s, string key, string text) => s.Integer(key, 0, 0, int.MaxValue, Known(text));

    private static void Sensitivity(Section s)
    {
        foreach (var group in s.Names("stage0"))
        {
            var values = s.Sub(group);
            values.Number("sqnr_db", null, -1000, 1000, "Signal-to-noise ratio of the worst output.");
            values.Number("shift_px", null, 0, 1e6, "Mean shift of the joints, pixels of the network's input.");
            values.Done();
        }
    }

    private static Doc Required(string text) => new(text) { Default = "required" };

    /// <summary>For a fact: there is no default of something that was measured.</summary>
    private static Doc Known(string text) => new(text) { Default = "unknown" };

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
