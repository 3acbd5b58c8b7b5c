namespace EdgePose.Streams;

/// <summary>At most one line per second; the others are counted and the count goes with the next one.</summary>
internal sealed class LineLimiter(TimeProvider time)
{
    private long _last;
    private bool _any;

    /// <summary>Lines held back since the last one that passed.</summary>
    public long Held { get; private set; }

    /// <summary>True when a line may be written now; <paramref name="held"/> says how many were held back before it.</summary>
    public bool TryPass(out long held)
    {
        held = Held;
        if (_any && time.GetElapsedTime(_last) < TimeSpan.FromSeconds(1))
        {
            Held++;
            return false;
        }
        (_any, _last, Held) = (true, time.GetTimestamp(), 0);
        return true;
    }
}
