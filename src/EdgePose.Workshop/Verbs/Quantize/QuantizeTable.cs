using System.CommandLine;
using System.Globalization;
using EdgePose.Cli;
using EdgePose.Workshop.Quantization;
using Spectre.Console;

namespace EdgePose.Workshop.Verbs.Quantize;

/// <summary>The result: tables on a terminal, plain lines otherwise, one JSON document with --json.</summary>
internal static class QuantizeTable
{
    /// <summary>Groups shown on a terminal; --json and the card have all.</summary>
    private const int ShownGroups = 12;

    public static void Write(ParseResult parsed, QuantizeReport r)
    {
        if (parsed.GetValue(Verb.Json)) { Output.Json(r, WorkshopJson.Default.QuantizeReport); return; }
        if (Verb.IsInteractive(parsed)) { Tables(r); }
        else { Lines(r, Console.Out); }
    }

    internal static void Lines(QuantizeReport r, TextWriter output)
    {
        foreach (var g in r.Sensitivity) { output.WriteLine($"group {g.Group}: {string.Join(", ", Cells(r, g).Skip(1).Where(c => c != "-"))}"); }
        foreach (var (name, value) in Facts(r)) { output.WriteLine($"{name}: {value}"); }
        output.WriteLine(r.Verdict);
    }

    private static void Tables(QuantizeReport r)
    {
        if (r.Sensitivity.Count > 0)
        {
            var table = new Table().Border(TableBorder.Rounded).Title("groups, most harmful first").AddColumns("group", "SQNR alone", "shift alone", "agreement alone", "now");
            foreach (var g in r.Sensitivity.Take(ShownGroups)) { table.AddRow([.. Cells(r, g).Select(c => Markup.Escape(c))]); }
            if (r.Sensitivity.Count > ShownGroups) { table.Caption($"and {r.Sensitivity.Count - ShownGroups} less harmful ones"); }
            AnsiConsole.Write(table);
        }
        var facts = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "");
        foreach (var (name, value) in Facts(r)) { facts.AddRow(Markup.Escape(name), Markup.Escape(value)); }
        AnsiConsole.Write(facts);
        AnsiConsole.Write(new Markup($"[bold {(r.Accepted ? QuantizeVerdict.IsFaster(r.Speed) ? "green" : "yellow" : "red")}]{Markup.Escape(r.Verdict)}[/]\n"));
    }

    private static string[] Cells(QuantizeReport r, GroupCost g) =>
    [
        g.Group, g.SqnrDb is { } db ? Show($"{db:0.0} dB") : "-", g.ShiftPx is { } px ? Show($"{px:0.00} px") : "-", Show($"{g.Agreement:0.000}"),
        r.FloatGroups.Contains(g.Group) ? "float" : "int8",
    ];

    private static IEnumerable<(string Name, string Value)> Facts(QuantizeReport r)
    {
        var (e, c) = (r.Evaluation, r.Calibration);
        yield return ("model", $"{r.Name}, {r.Target}, {r.Activations} activations, ranges by {r.Method}, from {r.Source} ({r.SourceSha256[..12]})");
        yield return ("calibration", $"{c.Inputs} inputs from {c.Pictures} pictures of {string.Join(", ", c.From)} ({c.Sha256[..12]})");
        var kept = r.Groups.Where(g => g.KeptFloat.Length > 0 && g.Nodes.Count > 0).Select(g => $"{g.Name} ({g.KeptFloat})").ToList();
        if (kept.Count > 0) { yield return ("in float", string.Join(", ", kept)); }
        if (e.ApLoss is { } loss) { yield return ("AP", Show($"{e.ApFloat:0.0000} -> {e.ApQuantized:0.0000}, loss {loss:0.00} points, {e.ApLossLow:0.00} .. {e.ApLossHigh:0.00} with 95 % confidence ({(e.Boxes is null ? "" : $"boxes {e.Boxes}, ")}{e.Pictures} pictures, {e.People} people)")); }
        yield return ("against float", Show($"agreement {e.Agreement:0.0000}, {e.AgreementLow:0.000} .. {e.AgreementHigh:0.000} with 95 % confidence, AP {e.ApAgainstFloat:0.000}")
            + (e.MeanShiftPx is { } mean ? Show($", joints moved {mean:0.00} px in the mean, {e.MedianShiftPx:0.00} in the median") : "") + (e.SqnrDb is { } db ? Show($", SQNR {db:0.0} dB") : ""));
        foreach (var l in e.Harmless.Prepend(e.Likeness)) { yield return (l.After, Alike(l, e.Measure)); }
        yield return ("size", Show($"{r.BytesFloat / 1e6:0.00} -> {r.BytesQuantized / 1e6:0.00} MB"));
        foreach (var s in r.Speed.Figures) { yield return (Show($"{s.Threads} thread{(s.Threads == 1 ? "" : "s")}"), Show($"{s.FloatMs:0.00} -> {s.QuantizedMs:0.00} ms on {r.Speed.Provider}, {s.Ratio:0.00}x (medians of {s.Rounds} rounds in turn, input {string.Join('x', r.Speed.Input)}, onnxruntime {r.Speed.Runtime})")); }
        yield return ("after optimisation", $"{r.Residual.Integer.Values.Sum()} integer operators, {r.Residual.Quantize} Quantize and {r.Residual.Dequantize} Dequantize left, {r.Residual.FloatIslands} float islands");
        foreach (var note in r.Notes) { yield return ("note", note); }
        if (r.Path is { } path) { yield return ("written", $"{path}, {r.Card}"); }
    }

    private static string Alike(LikenessFigures l, string measure) => Show(
        $"{(measure is "boxes" or "box_ap" ? "F1 of boxes" : "OKS")} {l.Similarity:0.0000}, {l.MissedPeople} of {l.People} people missed and {l.ExtraPeople} extra ({100 * l.Missed:0.0} % and {100 * l.Extra:0.0} % by score)");

    private static string Show(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
