using Microsoft.Extensions.Logging;

namespace EdgePose.Delivery;

/// <summary>Says how many pose messages a queue has dropped, one line per ten seconds in which it did.</summary>
internal sealed partial class DropReport(string sink, Func<long> dropped, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private long _reported, _reportedAt = time.GetTimestamp();

    /// <summary>Called from one loop.</summary>
    public void Tick()
    {
        if (time.GetElapsedTime(_reportedAt) < Interval) { return; }
        var now = dropped();
        if (now > _reported) { QueueFull(logger, now - _reported, (int)Interval.TotalSeconds, sink); }
        (_reported, _reportedAt) = (now, time.GetTimestamp());
    }

    [LoggerMessage(403, LogLevel.Warning, "{Count} pose messages were dropped in the last {Seconds} s, because newer ones came faster than {Sink} takes them")]
    private static partial void QueueFull(ILogger logger, long count, int seconds, string sink);
}
