using System.Globalization;
using EdgePose.Workshop.Replay;

namespace EdgePose.Workshop.Verbs.Replay;

/// <summary>A replay as text: a line per event, then what was played, compared and changed.</summary>
internal static class ReplayReportText
{
    public static void WriteEvent(EventLine e) => Console.WriteLine(Line(e));

    public static void Write(ReplayReport r)
    {
        Print($"{r.Stream}: {r.Frames} frames, {Duration(r.Seconds)} watched, {r.Events.Count} event messages; rules of {r.Config} ({r.ConfigHash})");
        if (r.MissingBlocks > 0) { Print($"warning: {r.MissingBlocks} blocks of the recording are missing or damaged; what happened in them is unknown"); }
        foreach (var rule in r.Rules) { Print($"  {rule.Rule,-20} {rule.Type,-15} {rule.Starts,6}{ADay(rule.PerDay)}"); }
        if (r.Expect is { } expect) { Write(expect); }
        if (r.Shadow is { } shadow) { Write(shadow); }
    }

    private static void Write(ExpectFigures e)
    {
        Print($"expected by {e.Golden} (± {e.ToleranceMs} ms): {e.Same} the same, {e.Missing.Count} missing, {e.Unexpected.Count} unexpected");
        foreach (var line in e.Missing) { Print($"- {Line(line)}"); }
        foreach (var line in e.Unexpected) { Print($"+ {Line(line)}"); }
    }

    private static void Write(ShadowFigures s)
    {
        Print($"with the rules of {s.Config}:");
        foreach (var r in s.Rules)
        {
            Print($"  {r.Rule,-20} {r.Type,-15} {r.Before,6} -> {r.After,-6} +{r.More} -{r.Fewer}{ADay(r.BeforePerDay, r.AfterPerDay)}");
        }
        foreach (var line in s.Fewer) { Print($"- {Line(line)}"); }
        foreach (var line in s.More) { Print($"+ {Line(line)}"); }
    }

    private static string Line(EventLine e)
    {
        var who = e.Track is { } track ? $" track {track}" : "";
        var where = (e.Zone ?? e.Line) is { } place ? $" {place}" : "";
        var count = e.Count is { } people ? $" {people} people" : "";
        var stamp = e.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{stamp} {e.Rule} {e.Type} {e.Phase}{where}{who}{count} {e.DurationMs / 1000.0:0.0} s: {e.Reason}");
    }

    private static string ADay(double? rate) => rate is { } perDay ? string.Create(CultureInfo.InvariantCulture, $"  {perDay,10:0.##} a camera-day") : "";

    private static string ADay(double? before, double? after) =>
        before is { } b && after is { } a ? string.Create(CultureInfo.InvariantCulture, $"  {b:0.##} -> {a:0.##} a camera-day") : "";

    private static string Duration(double seconds) => TimeSpan.FromSeconds(seconds).ToString(@"d\.hh\:mm\:ss\.f", CultureInfo.InvariantCulture);

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
