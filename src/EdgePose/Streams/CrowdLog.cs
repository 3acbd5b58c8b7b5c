using System.Diagnostics.CodeAnalysis;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Streams;

/// <summary>
/// The log of many streams: one switch that fails makes all cameras behind it speak. In each half minute a number of lines passes; the others are
/// counted, and said at its end. Errors always pass.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The timer goes off once, within half a minute.")]
internal sealed partial class CrowdLog(ILogger inner, TimeProvider time) : ILogger<StreamSupervisor>
{
    public const int LinesInWindow = 24;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly Supervision _supervision = new("the log of the streams", time, inner);
    private readonly Lock _gate = new();
    private ITimer? _end;
    private long _began;
    private int _passed, _held;
    private bool _open;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel is LogLevel.Information or LogLevel.Warning && inner.IsEnabled(logLevel) && !TryPass()) { return; }
        inner.Log(logLevel, eventId, state, exception, formatter);
    }

    private bool TryPass()
    {
        lock (_gate)
        {
            if (!_open || time.GetElapsedTime(_began) >= Window) { (_open, _began, _passed) = (true, time.GetTimestamp(), 0); }
            if (_passed++ < LinesInWindow) { return true; }
            if (_held++ == 0)
            {
                _end?.Dispose();
                _end = _supervision.NewTimer("telling of held lines", Tell, Window - time.GetElapsedTime(_began), Timeout.InfiniteTimeSpan);
            }
            return false;
        }
    }

    private void Tell()
    {
        int held;
        lock (_gate) { (held, _held) = (_held, 0); }
        if (held > 0) { LogHeld(held); }
    }

    [LoggerMessage(1112, LogLevel.Warning, "{Held} more lines about streams were held back; edgepose top shows the state of each")]
    private partial void LogHeld(int held);
}
