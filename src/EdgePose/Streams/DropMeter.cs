using System.Collections.Concurrent;
using EdgePose.Domain;

namespace EdgePose.Streams;

/// <summary>Which streams lose many of their frames because inference is too slow, judged over the last ten reports. One caller at a time.</summary>
internal sealed class DropMeter
{
    private const int Window = 10;

    /// <summary>Dropped parts at which the judgement turns; apart, so that a stream on the edge does not change it with each report.</summary>
    private const double Heavy = 0.25, Light = 0.1;
    private readonly ConcurrentDictionary<string, History> _streams = new(StringComparer.Ordinal);

    /// <summary>To be called with each report.</summary>
    public void Add(string stream, in FrameAccount account)
    {
        var history = _streams.GetOrAdd(stream, static _ => new History());
        history.Add(account.Received, account.Replaced + account.Stale + account.NoBuffer);
    }

    /// <summary>The stream counts from nothing again, or is gone.</summary>
    public void Forget(string stream) => _streams.TryRemove(stream, out _);

    public bool IsHeavy(string stream) => _streams.TryGetValue(stream, out var history) && history.IsHeavy;

    private sealed class History
    {
        private readonly Queue<(long Received, long Dropped)> _reports = new();

        public bool IsHeavy { get; private set; }

        public void Add(long received, long dropped)
        {
            if (_reports.Count > Window) { _reports.Dequeue(); }
            _reports.Enqueue((received, dropped));
            var (first, firstDropped) = _reports.Peek();
            // A few frames say nothing.
            if (received - first < Window) { IsHeavy = false; return; }
            IsHeavy = dropped - firstDropped > (IsHeavy ? Light : Heavy) * (received - first);
        }
    }
}
