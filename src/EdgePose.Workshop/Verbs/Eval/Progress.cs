using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EdgePose.Cli;
using EdgePose.Workshop.Evaluation;
using Spectre.Console;

namespace EdgePose.Workshop.Verbs.Eval;

/// <summary>Progress on standard error: a bar on a terminal, a line per tenth otherwise, nothing with -q.</summary>
internal static class Progress
{
    public static async Task<T> ShowAsync<T>(ParseResult parsed, string unit, Func<IProgress<EvalProgress>, Task<T>> work)
    {
        if (parsed.GetValue(Verb.Quiet)) { return await work(new Silence()); }
        var plain = Console.IsErrorRedirected || parsed.GetValue(Verb.NoColor) || Environment.GetEnvironmentVariable("NO_COLOR") is not null;
        if (plain) { return await work(new Tenths(unit)); }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(context => work(new Bar(context.AddTask(unit), unit)));
    }

    /// <summary>Units per second since the first report, and the time that the rest takes at that rate.</summary>
    private sealed class Rate
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public double PerSecond(EvalProgress p) => p.Done / Math.Max(1e-9, Stopwatch.GetElapsedTime(_start).TotalSeconds);

        public TimeSpan Left(EvalProgress p) => p.Done == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((p.Total - p.Done) / PerSecond(p));
    }

    private sealed class Silence : IProgress<EvalProgress>
    {
        public void Report(EvalProgress value)
        {
            // Asked for with -q.
        }
    }

    private sealed class Bar(ProgressTask task, string unit) : IProgress<EvalProgress>
    {
        private readonly Rate _rate = new();

        public void Report(EvalProgress value)
        {
            (task.MaxValue, task.Value) = (value.Total, value.Done);
            task.Description = string.Create(CultureInfo.InvariantCulture,
                $"{value.Done}/{value.Total} {unit}, {_rate.PerSecond(value):0.0}/s, {_rate.Left(value):hh\\:mm\\:ss} left");
        }
    }

    private sealed class Tenths(string unit) : IProgress<EvalProgress>
    {
        private readonly Rate _rate = new();
        private int _shown;

        public void Report(EvalProgress value)
        {
            var tenth = value.Total > 0 ? (int)(10L * value.Done / value.Total) : 0;
            if (tenth <= _shown) { return; }
            _shown = tenth;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{10 * tenth,3} %  {value.Done}/{value.Total} {unit}, {_rate.PerSecond(value):0.0}/s, {_rate.Left(value):hh\\:mm\\:ss} left"));
        }
    }
}
