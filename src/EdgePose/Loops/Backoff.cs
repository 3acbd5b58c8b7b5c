namespace EdgePose.Loops;

/// <summary>Waits between connection attempts: doubling from <paramref name="min"/> to <paramref name="max"/>, each ± 20 %, so that many clients do not return together.</summary>
internal sealed class Backoff(TimeSpan min, TimeSpan max, Random random)
{
    private const double Jitter = 0.2;
    private TimeSpan? _wider;

    /// <param name="limit">Shortens this one wait, not the ones after it.</param>
    public TimeSpan Next(TimeSpan? limit = null)
    {
        var wait = _wider ?? min;
        _wider = wait * 2 < max ? wait * 2 : max;
        if (limit < wait) { wait = limit.Value; }
        return wait * (1 - Jitter + 2 * Jitter * random.NextDouble());
    }

    /// <summary>After a connection that lasted.</summary>
    public void Reset() => _wider = null;

    /// <summary>Where trying again soon does harm: two clients with one id would throw each other out for ever.</summary>
    public void Widen() => _wider = max;
}
