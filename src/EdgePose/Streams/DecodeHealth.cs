namespace EdgePose.Streams;

/// <summary>
/// Judges the decode errors of one connection. More than ten within a second mean that the decoder no longer understands the stream:
/// what it still delivers is garbage. Two seconds of that without a pause mean that it will not recover: the codec has changed, and only a
/// new connection finds that out. A lossy network gives errors too, but fewer, and pauses.
/// </summary>
internal sealed class DecodeHealth(TimeProvider time)
{
    public const int TolerablePerSecond = 10;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Sustained = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly long[] _latest = new long[TolerablePerSecond];
    private long _count;
    private long? _garbledSince, _garbledLast;

    public long Errors { get { lock (_gate) { return _count; } } }

    public void CountError()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var slot = _count % TolerablePerSecond;
            if (_count >= TolerablePerSecond && time.GetElapsedTime(_latest[slot], now) <= Window)
            {
                _garbledSince = IsGarbledAt(now) ? _garbledSince : now;
                _garbledLast = now;
            }
            _latest[slot] = now;
            _count++;
        }
    }

    /// <summary>More than ten errors within one second, less than a second ago.</summary>
    public bool IsGarbled { get { lock (_gate) { return IsGarbledAt(time.GetTimestamp()); } } }

    /// <summary>Garbled for two seconds without a pause.</summary>
    public bool IsHopeless
    {
        get
        {
            lock (_gate)
            {
                return _garbledSince is { } since && _garbledLast is { } last && IsGarbledAt(time.GetTimestamp()) && time.GetElapsedTime(since, last) >= Sustained;
            }
        }
    }

    private bool IsGarbledAt(long now) => _garbledLast is { } last && time.GetElapsedTime(last, now) < Window;
}
