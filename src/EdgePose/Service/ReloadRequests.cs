namespace EdgePose.Service;

/// <summary>Wishes for a reload, from signals and commands; several before or during one are one. Exists before the daemon, so that a hang-up during the start waits for it.</summary>
internal sealed class ReloadRequests : IDisposable
{
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly Lock _gate = new();

    /// <summary>Asks for a reload. Any thread.</summary>
    public void Request()
    {
        lock (_gate)
        {
            if (_wanted.CurrentCount == 0) { _wanted.Release(); }
        }
    }

    /// <summary>Ends with the next wish, which it takes.</summary>
    public Task WaitAsync(CancellationToken stop) => _wanted.WaitAsync(stop);

    public void Dispose() => _wanted.Dispose();
}
