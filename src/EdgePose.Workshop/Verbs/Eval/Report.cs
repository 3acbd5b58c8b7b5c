using System.CommandLine;
using System.Globalization;
using EdgePose.Cli;
using EdgePose.Workshop.Evaluation;
using Spectre.Console;

namespace EdgePose.Workshop.Verbs.Eval;

/// <summary>Results: a table on a terminal, JSON otherwise.</summary>
internal static class Report
{
    private static readonly (string Name, Func<KeypointFigures, double?> Value)[] KeypointRows =
    [
        ("AP", f => f.Ap), ("AP50", f => f.Ap50), ("AP75", f => f.Ap75), ("AP medium", f => f.ApMedium), ("AP large", f => f.ApLarge),
        ("AR", f => f.Ar), ("AR50", f => f.Ar50), ("AR75", f => f.Ar75), ("AR medium", f => f.ArMedium), ("AR large", f => f.ArLarge),
        ("AP easy", f => f.ApEasy), ("AP middling", f => f.ApMiddling), ("AP hard", f => f.ApHard),
    ];

    private static readonly (string Name, Func<TrackFigures, double> Value)[] TrackShares =
    [
        ("MOTA", f => f.Mota), ("IDF1", f => f.Idf1), ("HOTA", f => f.Hota), ("DetA", f => f.DetA), ("AssA", f => f.AssA), ("LocA", f => f.LocA), ("MOTP", f => f.Motp),
    ];

    private static readonly (string Name, Func<TrackFigures, int> Value)[] TrackCounts =
    [
        ("identity switches", f => f.Idsw), ("fragments", f => f.Frag), ("people", f => f.People), ("tracks", f => f.Tracks), ("mostly tracked", f => f.Mt),
        ("partly tracked", f => f.Pt), ("mostly lost", f => f.Ml), ("hits", f => f.Tp), ("missed", f => f.Fn), ("extra", f => f.Fp),
    ];

    public static void Write(ParseResult parsed, KeypointReport report)
    {
        if (IsJson(parsed)) { Output.Json(report, WorkshopJson.Default.KeypointReport); }
        else { Table(report); }
    }

    public static void Write(ParseResult parsed, TrackReport report)
    {
        if (IsJson(parsed)) { Output.Json(report, WorkshopJson.Default.TrackReport); }
        else { Table(report); }
    }

    private static bool IsJson(ParseResult parsed) => parsed.GetValue(Verb.Json) || Console.IsOutputRedirected;

    private static void Table(KeypointReport r)
    {
        Write(["", .. r.Figures.Select(f => f.Name)],
        [
            ("joints", [.. r.Figures.Select(f => $"{f.Joints}")]),
            .. KeypointRows.Select(row => (row.Name, Values: r.Figures.Select(row.Value).ToArray())).Where(row => row.Values.Any(v => v is not null))
                .Select(row => (row.Name, row.Values.Select(Figure).ToArray())),
        ]);
        if (r.ApInterval is { } ci) { Line($"AP {Figure(ci.Low)} .. {Figure(ci.High)} with {ci.Level * 100:0} % confidence ({ci.Resamples} resamples of the pictures)"); }
        if (r.Pck is { } pck) { Line($"PCK@{pck.Threshold} {Figure(pck.Mean)} of the box's longer side{(r.Pckh is { } head ? $"; PCKh@{head.Threshold} {Figure(head.Mean)}" : "")}"); }
        Line($"{r.Images} pictures, {r.People} people, {r.Detections} detections; data set {r.DatasetSha256[..12]}");
        Write(r.Run);
        foreach (var note in r.Notes) { Line($"note: {note}"); }
    }

    private static void Table(TrackReport r)
    {
        Write(["by", .. r.Figures.Select(f => f.Similarity)],
        [
            .. TrackShares.Select(row => (row.Name, r.Figures.Select(f => Decimals(row.Value(f))).ToArray())),
            .. TrackCounts.Select(row => (row.Name, r.Figures.Select(f => row.Value(f).ToString(CultureInfo.InvariantCulture)).ToArray())),
        ]);
        Line($"{r.Figures[0].Frames} frames, {r.Figures[0].TruthBoxes} people to find; {r.Rules}; truth {r.TruthSha256[..12]}");
        if (r.Listed is { } l) { Line($"poses: {l.Measured} measured, {l.Propagated} propagated, {l.Held} held; {l.DetectorRuns} runs of the detector, {l.PoseRuns} of the pose network"); }
        Write(r.Run);
        foreach (var note in r.Notes) { Line($"note: {note}"); }
    }

    // Figures run down, so that the table fits a narrow terminal.
    private static void Write(string[] columns, IEnumerable<(string Name, string[] Values)> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns(columns);
        foreach (var column in table.Columns.Skip(1)) { column.RightAligned(); }
        foreach (var (name, values) in rows) { table.AddRow([name, .. values]); }
        AnsiConsole.Write(table);
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
