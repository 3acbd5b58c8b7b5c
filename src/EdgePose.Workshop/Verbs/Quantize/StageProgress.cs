using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EdgePose.Cli;
using EdgePose.Workshop.Quantization;
using Spectre.Console;

namespace EdgePose.Workshop.Verbs.Quantize;

/// <summary>Progress of a work of several stages on standard error: a bar a stage on a terminal, a line per tenth otherwise, nothing with -q.</summary>
internal static class StageProgress
{
    public static async Task<T> ShowAsync<T>(ParseResult parsed, Func<IProgress<QuantizeProgress>, Task<T>> work)
    {
        if (parsed.GetValue(Verb.Quiet)) { return await work(new Silence()); }
        var plain = Console.IsErrorRedirected || parsed.GetValue(Verb.NoColor) || Environment.GetEnvironmentVariable("NO_COLOR") is not null;
        if (plain) { return await work(new Tenths(Console.Error)); }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new Bars(context)));
    }

    private sealed class Silence : IProgress<QuantizeProgress>
    {
        public void Report(QuantizeProgress value)
        {
            // Asked for with -q.
        }
    }

    private sealed class Bars(ProgressContext context) : IProgress<QuantizeProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = new(StringComparer.Ordinal);

        public void Report(QuantizeProgress value)
        {
            if (!_tasks.TryGetValue(value.Stage, out var task))
            {
                task = context.AddTask(Markup.Escape(value.Stage));
                _tasks.Add(value.Stage, task);
            }
            (task.MaxValue, task.Value) = (Math.Max(1, value.Total), value.Done);
        }
    }

    /// <summary>A line when a stage begins its next tenth.</summary>
    internal sealed class Tenths(TextWriter output) : IProgress<QuantizeProgress>
    {
        private string _stage = "";
        private int _shown;
        private long _start;

        public void Report(QuantizeProgress value)
        {
            if (value.Stage != _stage) { (_stage, _shown, _start) = (value.Stage, 0, Stopwatch.GetTimestamp()); }
            var tenth = value.Total > 0 ? (int)(10L * value.Done / value.Total) : 0;
            if (tenth <= _shown) { return; }
            _shown = tenth;
            var elapsed = Stopwatch.GetElapsedTime(_start);
            var left = elapsed * ((double)(value.Total - value.Done) / Math.Max(1, value.Done));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{10 * tenth,3} %  {value.Stage}: {value.Done}/{value.Total}, {left:hh\\:mm\\:ss} left"));
        }
    }
}
