using System.Diagnostics.CodeAnalysis;

namespace EdgePose.Delivery;

/// <summary>
/// The last value of one thing and when it may go out: at once when the change is urgent, otherwise not more often than
/// <paramref name="interval"/>; the newest value always goes out in the end. Not thread-safe: <see cref="StateBoard"/> guards it.
/// </summary>
internal sealed class StateSlot(TimeSpan interval)
{
    private bool _due, _urgent;
    private long? _sent;

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

    /// <summary>The value has to go out again: new connection, or the last try failed.</summary>
    public void Resend()
    {
        if (Value is not null) { _due = _urgent = true; }
    }

    /// <summary>The value to send now, if there is one.</summary>
    public bool TryTake(TimeProvider time, [NotNullWhen(true)] out StateValue? value)
    {
        value = null;
        if (!_due || !(_urgent || _sent is not { } sent || time.GetElapsedTime(sent) >= interval)) { return false; }
        _due = _urgent = false;
        _sent = time.GetTimestamp();
        value = Value;
        return value is not null;
    }
}
