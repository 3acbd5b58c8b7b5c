using System.CommandLine;
using System.Globalization;
using EdgePose.Hosting.Evaluation;
using Spectre.Console;

namespace EdgePose.Cli.Eval;

/// <summary>Results: a table on a terminal, JSON otherwise.</summary>
internal static class Report
{
    public static void Write(ParseResult parsed, KeypointReport report)
    {
        if (IsJson(parsed)) { Output.Json(report, CliJson.Default.KeypointReport); }
        else { Table(report); }
    }

    public static void Write(ParseResult parsed, TrackReport report)
    {
        if (IsJson(parsed)) { Output.Json(report, CliJson.Default.TrackReport); }
        else { Table(report); }
    }

    private static bool IsJson(ParseResult parsed) => parsed.GetValue(Verb.Json) || Console.IsOutputRedirected;

    private static void Table(KeypointReport r)
    {
        var crowd = r.Figures[0].ApEasy is not null;
        var table = new Table().Border(TableBorder.Simple).AddColumns("", "joints", "AP", "AP50", "AP75");
        table.AddColumns(crowd ? ["easy", "medium", "hard"] : ["AP medium", "AP large"]);
        table.AddColumns(["AR", "AR50", "AR75"]);
        if (!crowd) { table.AddColumns(["AR medium", "AR large"]); }
        foreach (var f in r.Figures)
        {
            double?[] split = crowd ? [f.ApEasy, f.ApMiddling, f.ApHard] : [f.ApMedium, f.ApLarge];
            double?[] end = crowd ? [] : [f.ArMedium, f.ArLarge];
            double?[] all = [f.Ap, f.Ap50, f.Ap75, .. split, f.Ar, f.Ar50, f.Ar75, .. end];
            table.AddRow([f.Name, $"{f.Joints}", .. all.Select(Figure)]);
        }
        AnsiConsole.Write(table);
        if (r.ApInterval is { } ci) { Line($"AP {Figure(ci.Low)} .. {Figure(ci.High)} with {ci.Level * 100:0} % confidence ({ci.Resamples} resamples of the pictures)"); }
        if (r.Pck is { } pck) { Line($"PCK@{pck.Threshold} {Figure(pck.Mean)} of the box's longer side{(r.Pckh is { } head ? $"; PCKh@{head.Threshold} {Figure(head.Mean)}" : "")}"); }
        Line($"{r.Images} pictures, {r.People} people, {r.Detections} detections; data set {r.DatasetSha256[..12]}");
        Write(r.Run);
        foreach (var note in r.Notes) { Line($"note: {note}"); }
    }

    private static void Table(TrackReport r)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("by", "MOTA", "IDF1", "HOTA", "DetA", "AssA", "MOTP", "IDSW", "Frag", "MT", "PT", "ML", "missed", "extra", "people", "tracks");
        foreach (var f in r.Figures)
        {
            double[] shares = [f.Mota, f.Idf1, f.Hota, f.DetA, f.AssA, f.Motp];
            int[] counts = [f.Idsw, f.Frag, f.Mt, f.Pt, f.Ml, f.Fn, f.Fp, f.People, f.Tracks];
            table.AddRow([f.Similarity, .. shares.Select(Decimals), .. counts.Select(c => c.ToString(CultureInfo.InvariantCulture))]);
        }
        AnsiConsole.Write(table);
        Line($"{r.Figures[0].Frames} frames, {r.Figures[0].TruthBoxes} people to find; {r.Rules}; truth {r.TruthSha256[..12]}");
        Write(r.Run);
        foreach (var note in r.Notes) { Line($"note: {note}"); }
    }

    private static void Write(RunFigures? run)
    {
        if (run is null) { return; }
        var parts = new List<string> { $"{run.Model.Name} {run.Model.Sha256[..12]} on {run.Model.Provider}" };
        if (run.Detector is { } detector) { parts.Add($"boxes of {detector.Name} {detector.Sha256[..12]} on {detector.Provider}"); }
        if (run.Boxes == "gt") { parts.Add("annotated boxes"); }
        parts.Add($"profile {run.Profile}");
        if (run.ShortSide is { } side) { parts.Add($"short side {side}, flip {OnOff(run.Flip)}, refine {OnOff(run.Refine)}"); }
        parts.Add($"{run.Threads} threads");
        parts.Add(string.Create(CultureInfo.InvariantCulture, $"{run.PerSecond:0.0}/s"));
        Line(string.Join("; ", parts));
    }

    private static string OnOff(bool? value) => value == true ? "on" : "off";

    // AP and AR are -1 where nobody counts.
    private static string Figure(double? value) => value is { } v and >= 0 ? Decimals(v) : "-";

    private static string Decimals(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static void Line(FormattableString text) => Line(FormattableString.Invariant(text));

    private static void Line(string text) => Console.WriteLine(text);
}
