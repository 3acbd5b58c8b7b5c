namespace EdgePose.Workshop.Replay;

/// <summary>Holds a replay to a multiple of real time; scenes that are late go through at once.</summary>
internal sealed class ReplayPace(double speed, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private long _first = long.MinValue;

    public Task WaitAsync(long microseconds, CancellationToken stop)
    {
        if (speed <= 0) { return Task.CompletedTask; }
        if (_first == long.MinValue) { _first = microseconds; }
        var due = TimeSpan.FromMicroseconds((microseconds - _first) / speed) - time.GetElapsedTime(_started);
        return due > TimeSpan.FromMilliseconds(1) ? Task.Delay(due, time, stop) : Task.CompletedTask;
    }
}
