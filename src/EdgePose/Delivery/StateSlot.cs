using System.Diagnostics.CodeAnalysis;
using EdgePose.Loops;

namespace EdgePose.Delivery;

/// <summary>
/// The last value of one thing and when it may go out: at once when the change is urgent, otherwise not more often than
/// <paramref name="interval"/>; the newest value always goes out in the end, and one that was not taken again after a pause of its own, which
/// widens. Not thread-safe: <see cref="StateBoard"/> guards it.
/// </summary>
internal sealed class StateSlot(TimeSpan interval)
{
    /// <summary>Pauses before a value that was not taken is tried again. Each thing has its own: one that is forbidden slows no other.</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250), LongestRetry = TimeSpan.FromSeconds(30);

    private readonly Backoff _backoff = new(FirstRetry, LongestRetry, Random.Shared);
    private bool _due, _urgent;
    private long? _sent, _failed;
    private TimeSpan _pause;

    /// <summary>The last value; null before the first.</summary>
    public StateValue? Value { get; private set; }

    /// <summary>Takes a new value; an equal one changes nothing.</summary>
    public void Set(StateValue value, bool urgent)
    {
        var isNews = Value is not { } last || !value.SaysTheSame(last);
        if (!isNews) { return; }
        (Value, _due) = (value, true);
        _urgent |= urgent;
    }

    /// <summary>The value has to go out again, and now: new connection, or somebody asked for it.</summary>
    public void Resend()
    {
        if (Value is null) { return; }
        (_due, _urgent, _failed) = (true, true, null);
        _backoff.Reset();
    }

    /// <summary>The sink has taken the value.</summary>
    public void Taken()
    {
        _failed = null;
        _backoff.Reset();
    }

    /// <summary>The last try failed: the value, or a newer one, goes out after a pause.</summary>
    public void Failed(TimeProvider time)
    {
        if (Value is null) { return; }
        (_due, _urgent, _failed, _pause) = (true, true, time.GetTimestamp(), _backoff.Next());
    }

    /// <summary>The value to send now, if there is one.</summary>
    public bool TryTake(TimeProvider time, [NotNullWhen(true)] out StateValue? value)
    {
        value = null;
        if (!_due || (_failed is { } failed && time.GetElapsedTime(failed) < _pause)) { return false; }
        if (!_urgent && _sent is { } sent && time.GetElapsedTime(sent) < interval) { return false; }
        (_due, _urgent, _failed) = (false, false, null);
        _sent = time.GetTimestamp();
        value = Value;
        return value is not null;
    }
}
