using System.Diagnostics;
using System.Globalization;
using EdgePose.Service.Logs;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;

namespace EdgePose.Service;

/// <summary>Builds the one logger. Everything goes to standard error: standard output belongs to results.</summary>
internal static class LogSetup
{
    private const string ConsoleTemplate = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:l}{NewLine}{Exception}";
    private const string JournalTemplate = "{Message:l}{NewLine}{Exception}";

    /// <param name="level">The least important level that is written.</param>
    /// <param name="style">How a line looks.</param>
    /// <param name="redactor">Masks secrets.</param>
    /// <param name="control">Can change the level later; null = nobody does.</param>
    /// <param name="traces">Whether exceptions come with their stack traces; otherwise they are a line.</param>
    public static Logger Create(string level, LogStyle style, Redactor redactor, LogControl? control = null, bool traces = false)
    {
        var underSystemd = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };
        ITextFormatter formatter = style switch
        {
            LogStyle.Json => new JsonFormatter(renderMessage: true),
            LogStyle.Journald => new JournalFormatter(),
            LogStyle.Auto when underSystemd => new JournalFormatter(),
            LogStyle.Auto or LogStyle.Console => new MessageTemplateTextFormatter(ConsoleTemplate, CultureInfo.InvariantCulture),
            _ => throw new UnreachableException($"style {style}"),
        };
        control ??= new LogControl(isFixed: true);
        control.Switch.MinimumLevel = ParseLevel(level);
        return new LoggerConfiguration()
            .MinimumLevel.ControlledBy(control.Switch)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            // What it says about a failed start the verb says itself.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal + 1)
            .Enrich.With<EnumWords>()
            .WriteTo.Console(new RedactingFormatter(formatter, redactor, traces), standardErrorFromLevel: LogEventLevel.Verbose)
            .CreateLogger();
    }

    /// <summary>The same for a verb that is no host: the factory owns the logger.</summary>
    public static Microsoft.Extensions.Logging.ILoggerFactory CreateFactory(string level, LogStyle style, Redactor redactor) =>
        new Serilog.Extensions.Logging.SerilogLoggerFactory(Create(level, style, redactor), dispose: true);

    internal static LogEventLevel ParseLevel(string level) => level switch
    {
        "trace" => LogEventLevel.Verbose,
        "debug" => LogEventLevel.Debug,
        "warning" => LogEventLevel.Warning,
        "error" => LogEventLevel.Error,
        _ => LogEventLevel.Information,
    };

    /// <summary>Prefixes each line with its syslog priority, which journald strips and keeps as a field.</summary>
    private sealed class JournalFormatter : ITextFormatter
    {
        private readonly MessageTemplateTextFormatter _inner = new(JournalTemplate, CultureInfo.InvariantCulture);

        public void Format(LogEvent logEvent, TextWriter output)
        {
            var priority = logEvent.Level switch
            {
                LogEventLevel.Fatal => "<2>",
                LogEventLevel.Error => "<3>",
                LogEventLevel.Warning => "<4>",
                LogEventLevel.Information => "<6>",
                LogEventLevel.Debug or LogEventLevel.Verbose => "<7>",
                _ => throw new UnreachableException($"level {logEvent.Level}"),
            };
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            _inner.Format(logEvent, text);
            foreach (var line in text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)) { output.Write($"{priority}{line}\n"); }
        }
    }

    private sealed class RedactingFormatter(ITextFormatter inner, Redactor redactor, bool traces) : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output)
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            inner.Format(traces ? logEvent : WithoutTrace(logEvent), text);
            output.Write(redactor.Redact(text.ToString()));
        }

        private static LogEvent WithoutTrace(LogEvent e) => e.Exception is null ? e : new LogEvent(
            e.Timestamp, e.Level, new BriefException(e.Exception), e.MessageTemplate, e.Properties.Select(p => new LogEventProperty(p.Key, p.Value)));
    }
}
