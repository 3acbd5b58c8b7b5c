using EdgePose.Streams;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging;

namespace EdgePose.Tests.Streams;

public sealed class CrowdLogTests : ILogger
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<(LogLevel Level, string Text)> _lines = [];
    private readonly CrowdLog _log;

    public CrowdLogTests() => _log = new CrowdLog(this, _time);

    private void Say(LogLevel level, int times = 1)
    {
        for (var i = 0; i < times; i++) { _log.Log(level, default, 0, null, static (_, _) => "a line"); }
    }

    [Fact]
    public void SixtyFourDeadCameras_SayWhatFitsOnAScreen()
    {
        Say(LogLevel.Information, 64); // reads ...
        Say(LogLevel.Warning, 64); // unreachable: ...
        Assert.Equal(CrowdLog.LinesInWindow, _lines.Count);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((LogLevel.Warning, "104 more lines about streams were held back; edgepose top shows the state of each"), _lines[^1]);
        Say(LogLevel.Warning);
        Assert.Equal(CrowdLog.LinesInWindow + 2, _lines.Count); // a new window
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(CrowdLog.LinesInWindow + 2, _lines.Count); // nothing was held back
    }

    [Fact]
    public void FewLines_Pass_AndErrorsAndDetailsAlways()
    {
        Say(LogLevel.Warning, CrowdLog.LinesInWindow + 10);
        Say(LogLevel.Error, 5);
        Say(LogLevel.Debug, 100);
        Assert.Equal((CrowdLog.LinesInWindow, 5, 100), (_lines.Count(static l => l.Level == LogLevel.Warning), _lines.Count(static l => l.Level == LogLevel.Error), _lines.Count(static l => l.Level == LogLevel.Debug)));
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;
    bool ILogger.IsEnabled(LogLevel logLevel) => true;
    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Add((logLevel, formatter(state, exception)));
}
