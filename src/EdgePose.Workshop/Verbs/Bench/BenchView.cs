using System.Globalization;
using EdgePose.Workshop.Bench;
using Spectre.Console;

namespace EdgePose.Workshop.Verbs.Bench;

/// <summary>A report as text, the same on a terminal and in a file.</summary>
internal static class BenchView
{
    private const int Width = 120;

    public static void Write(BenchReport report)
    {
        var (load, setup) = (report.Load, report.Setup);
        var to = Plain(Console.Out);
        Line($"{report.Machine.Cpu}, {report.Machine.Cores} cores; {string.Join(", ", setup.Models.Select(m => $"{m.Model} on {m.Provider}"))}, {setup.Threads} threads; {setup.Source}");
        Line($"{load.Streams} streams at {load.Fps} fps for {load.Seconds} s");
        to.Write(Stages(load));
        Line($"frame age       p50 {load.FrameAgeMs.P50} ms, p95 {load.FrameAgeMs.P95} ms, p99 {load.FrameAgeMs.P99} ms");
        Line($"frames          {load.Received} received, {load.Processed} processed, dropped: {string.Join(", ", load.Dropped.Select(d => $"{d.Value} {d.Reason}"))}");
        Line($"per stream      {string.Join(' ', load.FpsPerStream)} fps, Jain index {load.Jain}");
        Line($"processor       {load.CpuPercent.Daemon} % + ffmpeg {load.CpuPercent.Ffmpeg} % of one core ({load.CpuPercent.DaemonMsPerFrame} + {load.CpuPercent.FfmpegMsPerFrame} ms a frame)");
        Line($"memory          {Mebi(load.Memory.RssPeak)} MiB at the peak, {Mebi(load.Memory.RssEnd)} MiB at the end; ffmpeg {Mebi(load.Memory.FfmpegRss)} MiB");
        Line($"allocations     {load.AllocatedBytesPerFrame} bytes a frame on the inference thread");
        if (load.Watts is { } watts) { Line($"power           {watts} W"); }
        WriteEfficiency(report.Efficiency);
        if (load.ByPeople.Count > 0) { to.Write(People(load)); }
        foreach (var note in report.Notes) { Line($"note            {note}"); }
        if (report.Capacity is { } capacity) { Line($"search          {capacity.How}"); }
    }

    public static void Write(IReadOnlyList<Difference> differences, bool toError)
    {
        var table = Table("", "before", "now", "change", "");
        foreach (var d in differences)
        {
            table.AddRow(d.Name, Text(d.Old), Text(d.New), string.Create(CultureInfo.InvariantCulture, $"{100 * d.Change:+0.0;-0.0;0.0} %"), d.Worse ? "worse" : "");
        }
        Plain(toError ? Console.Error : Console.Out).Write(table);
    }

    private static void WriteEfficiency(Efficiency e)
    {
        Line($"efficiency      {e.Ratio:0.000}: pipeline {e.PipelineFps} fps, bare networks {e.RawFps} fps ({e.Rounds} rounds in turns; by processor time {e.CpuRatio:0.000})");
        Line($"                {string.Join(", ", e.Runs.Select(r => $"{r.PerFrame} runs of {r.Model} {r.Input} a frame"))}, {e.PeopleMean} people in view");
        if (e.DecodeOnlyFps is { } fps) { Line($"                ffmpeg alone delivers {fps} fps"); }
    }

    private static Table Stages(LoadRun load)
    {
        var table = Table("ms a frame", "p50", "p95", "p99", "mean", "share", "frames");
        foreach (var s in load.Stages.Where(s => s.Frames > 0))
        {
            table.AddRow(s.Stage, Text(s.Ms.P50), Text(s.Ms.P95), Text(s.Ms.P99), Text(s.Ms.Mean), string.Create(CultureInfo.InvariantCulture, $"{100 * s.Share:0.0} %"), Text(s.Frames));
        }
        var all = load.ServiceMs;
        table.AddRow("all", Text(all.P50), Text(all.P95), Text(all.P99), Text(all.Mean), "", "");
        return table;
    }

    private static Table People(LoadRun load)
    {
        var table = Table("people in view", "fps", "frames", "how");
        foreach (var p in load.ByPeople) { table.AddRow(Text(p.People), Text(p.Fps), Text(p.Frames), p.How); }
        return table;
    }

    private static Table Table(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        for (var i = 0; i < columns.Length; i++)
        {
            var column = new TableColumn(columns[i]);
            table.AddColumn(i == 0 ? column : column.RightAligned());
        }
        return table;
    }

    private static IAnsiConsole Plain(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = Width;
        return console;
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Mebi(long bytes) => (bytes / 1048576.0).ToString("0", CultureInfo.InvariantCulture);
}
