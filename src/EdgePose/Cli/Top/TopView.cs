using System.Diagnostics;
using System.Globalization;
using EdgePose.Domain;
using EdgePose.Service.Observe;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EdgePose.Cli.Top;

/// <summary>By what the streams are ordered.</summary>
internal enum TopOrder { Name, State, Age, Dropped, People }

/// <summary>One snapshot as lines and a table.</summary>
internal static class TopView
{
    public static IRenderable Draw(NodeSnapshot node, NodeSnapshot? before, TopOrder order, string footer)
    {
        var rows = new List<IRenderable> { new Markup(Head(node, before)), Streams(node, order) };
        if (node.Reasons.Count > 0) { rows.Add(new Markup($"[yellow]{string.Join('\n', node.Reasons.Select(Markup.Escape))}[/]")); }
        if (footer.Length > 0) { rows.Add(new Markup($"[grey]{Markup.Escape(footer)}[/]")); }
        return new Rows(rows);
    }

    /// <summary>Two lines: the daemon, and the broker.</summary>
    internal static string Head(NodeSnapshot node, NodeSnapshot? before)
    {
        var colour = node.State switch { "ok" => "green", "degraded" => "yellow", _ => "red" };
        var models = string.Join(", ", node.Models.Select(m => $"{m.Model} on {m.Provider}"));
        var broker = node.Broker.IsConnected ? "connected" : $"[red]{Markup.Escape(node.Broker.State)}[/] {Markup.Escape(node.Broker.Reason)}".TrimEnd();
        var lost = node.Broker.Dropped.Sum(d => d.Value);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Markup.Escape(node.Node)} edgepose {Markup.Escape(node.Version)}, up {Time(node.UptimeSeconds)}, [{colour}]{Markup.Escape(node.State)}[/], {Markup.Escape(models)}, p99 {node.InferenceP99Ms:0} ms a frame, {node.RssBytes / 1048576.0:0} MiB{Cpu(node, before)}\n")
            + string.Create(CultureInfo.InvariantCulture, $"broker {broker}, {node.Broker.Queued} queued, {node.Broker.Published} published, {lost} not sent");
    }

    internal static Table Streams(NodeSnapshot node, TopOrder order)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("stream", "state");
        foreach (var name in (string[])["in", "processed", "dropped", "age p50", "p99", "people", "reconnects"]) { table.AddColumn(new TableColumn(name).RightAligned()); }
        table.AddColumn("last error");
        foreach (var s in Order(node.Streams, order))
        {
            table.AddRow(
                Markup.Escape(s.Id), State(s.State), Tenths(s.FpsIn), Tenths(s.FpsProcessed), Tenths(s.FpsDropped), $"{Whole(s.FrameAgeP50Ms)} ms", $"{Whole(s.FrameAgeP99Ms)} ms",
                Whole(s.People), Whole(s.Reconnects), Markup.Escape(s.Reason.Length > 0 ? s.Reason : s.LastError));
        }
        return table;
    }

    internal static IEnumerable<StreamSnapshot> Order(IEnumerable<StreamSnapshot> streams, TopOrder order) => order switch
    {
        // What needs a look comes first.
        TopOrder.State => streams.OrderBy(s => s.State is StreamState.Online).ThenBy(s => s.State is StreamState.Disabled).ThenBy(s => s.Id, StringComparer.Ordinal),
        TopOrder.Age => streams.OrderByDescending(s => s.FrameAgeP99Ms),
        TopOrder.Dropped => streams.OrderByDescending(s => s.FpsDropped),
        TopOrder.People => streams.OrderByDescending(s => s.People),
        TopOrder.Name => streams.OrderBy(s => s.Id, StringComparer.Ordinal),
        _ => throw new UnreachableException($"order {order}"),
    };

    private static string State(StreamState state) => state switch
    {
        StreamState.Online => "[green]online[/]",
        StreamState.Starting or StreamState.Disabled => $"[grey]{Words.Snake(state)}[/]",
        StreamState.Stalled or StreamState.Reconnecting or StreamState.AuthFailed or StreamState.NotFound or StreamState.Unreachable
            or StreamState.TlsError or StreamState.Failed => $"[red]{Words.Snake(state)}[/]",
        _ => throw new UnreachableException($"state {state}"),
    };

    private static string Cpu(NodeSnapshot node, NodeSnapshot? before) =>
        before is { } b && node.UptimeSeconds > b.UptimeSeconds
            ? string.Create(CultureInfo.InvariantCulture, $", CPU {100 * (node.CpuSeconds - b.CpuSeconds) / (node.UptimeSeconds - b.UptimeSeconds):0} %") : "";

    private static string Time(double seconds)
    {
        var t = TimeSpan.FromSeconds(seconds);
        return t.TotalDays >= 1 ? $"{(int)t.TotalDays}d {t.Hours}h" : t.TotalHours >= 1 ? $"{t.Hours}h {t.Minutes}m" : t.TotalMinutes >= 1 ? $"{t.Minutes}m {t.Seconds}s" : $"{t.Seconds}s";
    }

    private static string Tenths(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Whole(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
