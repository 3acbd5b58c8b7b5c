using EdgePose.Domain;

namespace EdgePose.Streams;

/// <summary>What to do after a connection has ended.</summary>
/// <param name="Delay">Pause before the next attempt.</param>
/// <param name="CrashLoop">ffmpeg keeps dying without a frame: the stream counts as failed.</param>
internal readonly record struct Retry(TimeSpan Delay, bool CrashLoop);

/// <summary>
/// The pauses between attempts, all ± 20 % so that cameras behind one switch are not met by a wave: 1, 2, 4 … 30 s in general, counted from
/// the beginning of an attempt that nobody answered; at most 3 s during the first two minutes after a frame was seen, so that a restarted
/// camera is back within ten seconds; half a second after an ffmpeg that was killed, for the source may be in order; 30 s … 5 min after
/// a refused password, because cameras lock accounts; 5 min after five deaths within 60 s without ten seconds of frames, and for a broken
/// installation. Ten seconds of frames start the series again.
/// </summary>
internal sealed class RetryPolicy(TimeProvider time, Random random)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestSoonAfterFrames = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AfterDeath = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.4);
    private static readonly TimeSpan SoonAfterFrames = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan FirstAfterRefusal = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAfterRefusal = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AfterCrashLoop = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan GoodStretch = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CrashWindow = TimeSpan.FromSeconds(60);
    private const int CrashLimit = 5;

    private readonly Queue<long> _crashes = new(CrashLimit);
    private int _failures, _refusals;
    private long? _lastFrame;
    private bool _crashLoop;

    /// <summary>The last attempt got nothing, and there was no frame in the last two minutes.</summary>
    public bool IsSilent => _failures > 0 && !(_lastFrame is { } last && time.GetElapsedTime(last) < SoonAfterFrames);

    /// <param name="state">What the end of the connection means.</param>
    /// <param name="online">How long frames came; zero when none came.</param>
    /// <param name="silence">How long the attempt hung without an answer.</param>
    /// <param name="died">ffmpeg was killed.</param>
    public Retry Next(StreamState state, TimeSpan online, TimeSpan silence = default, bool died = false)
    {
        if (online > TimeSpan.Zero)
        {
            _lastFrame = time.GetTimestamp();
            if (!died || online >= GoodStretch)
            {
                _crashLoop = false;
                _crashes.Clear();
            }
            if (online >= GoodStretch) { (_failures, _refusals) = (0, 0); }
        }
        switch (state)
        {
            case StreamState.AuthFailed:
                return new Retry(Jitter(Widen(FirstAfterRefusal, _refusals++, LongestAfterRefusal)), false);
            case StreamState.Failed:
                return new Retry(Jitter(AfterCrashLoop), true);
            case StreamState.Reconnecting when (online == TimeSpan.Zero || (died && online < GoodStretch)) && IsCrashLoop():
                return new Retry(Jitter(AfterCrashLoop), true);
            case StreamState.Starting or StreamState.Online or StreamState.Stalled or StreamState.Reconnecting
                or StreamState.NotFound or StreamState.Unreachable or StreamState.TlsError:
                var soon = _lastFrame is { } last && time.GetElapsedTime(last) < SoonAfterFrames;
                var first = died && _failures == 0 ? AfterDeath : TimeSpan.FromSeconds(1);
                var pause = Jitter(Widen(first, _failures++, soon ? LongestSoonAfterFrames : Longest));
                return new Retry(Clamp(pause, Longest - silence), false);
            case StreamState.Disabled: throw new ArgumentOutOfRangeException(nameof(state), state, "a recording that has ended is not read again");
            default: throw new ArgumentOutOfRangeException(nameof(state), state, "no such state");
        }
    }

    /// <summary>Failures of the network do not count: a camera that is off for an hour is no crash loop.</summary>
    private bool IsCrashLoop()
    {
        if (_crashes.Count == CrashLimit) { _crashes.Dequeue(); }
        _crashes.Enqueue(time.GetTimestamp());
        _crashLoop |= _crashes.Count == CrashLimit && time.GetElapsedTime(_crashes.Peek()) <= CrashWindow;
        return _crashLoop;
    }

    private static TimeSpan Widen(TimeSpan first, int times, TimeSpan longest)
    {
        var wide = first * Math.Pow(2, Math.Min(times, 20));
        return wide < longest ? wide : longest;
    }

    private static TimeSpan Clamp(TimeSpan pause, TimeSpan longest)
    {
        pause = pause < longest ? pause : longest;
        return pause > Shortest ? pause : Shortest;
    }

    private TimeSpan Jitter(TimeSpan pause) => pause * (0.8 + (0.4 * random.NextDouble()));
}
