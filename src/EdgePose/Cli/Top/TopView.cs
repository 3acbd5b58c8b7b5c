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
    /// <summary>Columns from which on the columns of a middle and of a wide table fit.</summary>
    private const int Middle = 72, Wide = 120;

    private static readonly Column[] Columns =
    [
        new("stream", 0, s => Plain(s.Id)) { IsText = true },
        new("state", 0, s => State(s.State)) { IsText = true },
        new("in", 0, s => Tenths(s.FpsIn)),
        new("processed", Middle, s => Tenths(s.FpsProcessed)),
        new("dropped", Middle, s => Tenths(s.FpsDropped)),
        new("age p50", Wide, s => $"{Whole(s.FrameAgeP50Ms)} ms"),
        new("age p99", 0, s => $"{Whole(s.FrameAgeP99Ms)} ms"),
        new("people", 0, s => Whole(s.People)),
        new("reconnects", Wide, s => Whole(s.Reconnects)),
        new("last error", Wide, s => Plain(Error(s))) { IsText = true },
    ];

    /// <param name="node">What is shown.</param>
    /// <param name="before">The snapshot before it; null = there is none.</param>
    /// <param name="order">By what the streams are ordered.</param>
    /// <param name="footer">Last line; empty = none.</param>
    /// <param name="width">Columns of the terminal: what does not fit is left out, and errors go below the table.</param>
    public static IRenderable Draw(NodeSnapshot node, NodeSnapshot? before, TopOrder order, string footer, int width = int.MaxValue)
    {
        var rows = new List<IRenderable> { new Markup(Head(node, before)), Streams(node, order, width) };
        if (width < Wide)
        {
            foreach (var s in Order(node.Streams, order).Where(s => Error(s).Length > 0)) { rows.Add(new Markup($"[grey]{Plain($"{s.Id}: {Error(s)}")}[/]")); }
        }
        if (node.Reasons.Count > 0) { rows.Add(new Markup($"[yellow]{string.Join('\n', node.Reasons.Select(Plain))}[/]")); }
        if (footer.Length > 0) { rows.Add(new Markup($"[grey]{Plain(footer)}[/]")); }
        return new Rows(rows);
    }

    /// <summary>Two lines: the daemon, and the broker.</summary>
    internal static string Head(NodeSnapshot node, NodeSnapshot? before)
    {
        var colour = node.State switch { "ok" => "green", "degraded" => "yellow", _ => "red" };
        var models = string.Join(", ", node.Models.Select(m => $"{m.Model} on {m.Provider}"));
        var broker = node.Broker.IsConnected ? "connected" : $"[red]{Plain(node.Broker.State)}[/] {Plain(node.Broker.Reason)}".TrimEnd();
        var lost = node.Broker.Dropped.Sum(d => d.Value);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Plain(node.Node)} edgepose {Plain(node.Version)}, up {Time(node.UptimeSeconds)}, [{colour}]{Plain(node.State)}[/], {Plain(models)}, p99 {node.InferenceP99Ms:0} ms a frame, {node.RssBytes / 1048576.0:0} MiB{Cpu(node, before)}\n")
            + string.Create(CultureInfo.InvariantCulture, $"broker {broker}, {node.Broker.Queued} queued, {node.Broker.Published} published, {lost} not sent");
    }

    internal static Table Streams(NodeSnapshot node, TopOrder order, int width = int.MaxValue)
    {
        var table = new Table { Border = TableBorder.Simple };
        var columns = Array.FindAll(Columns, c => c.From <= width);
        foreach (var column in columns) { table.AddColumn(column.IsText ? new TableColumn(column.Title) : new TableColumn(column.Title).RightAligned()); }
        foreach (var s in Order(node.Streams, order)) { table.AddRow([.. columns.Select(c => c.Value(s))]); }
        return table;
    }

    private static string Error(StreamSnapshot s) => s.Reason.Length > 0 ? s.Reason : s.LastError;

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

    /// <summary>What comes from outside, as it may stand in markup and on a terminal.</summary>
    private static string Plain(string text) => Markup.Escape(string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c)));

    private static string Tenths(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Whole(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    /// <summary>A column of the table.</summary>
    /// <param name="Title">Its head.</param>
    /// <param name="From">Columns of a terminal from which on it is shown.</param>
    /// <param name="Value">What a stream shows in it, as markup.</param>
    private sealed record Column(string Title, int From, Func<StreamSnapshot, string> Value)
    {
        public bool IsText { get; init; }
    }
}
