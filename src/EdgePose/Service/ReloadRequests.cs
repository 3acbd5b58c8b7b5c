using EdgePose.Delivery.Documents;

namespace EdgePose.Service;

/// <summary>
/// Wishes for a reload, from signals and commands; several before or during one are one, and all of them get its answer. Exists before the
/// daemon, so that a hang-up during the start waits for it.
/// </summary>
internal sealed class ReloadRequests : IDisposable
{
    /// <summary>Those who wait for an answer; beyond that a wish counts and gets the answer that it was heard.</summary>
    private const int MostWaiting = 256;

    private static readonly ReloadAnswer Stopping = new("the daemon stops", default);

    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly Lock _gate = new();
    private List<TaskCompletionSource<ReloadAnswer>> _waiting = [];
    private int _asked;
    private bool _closed;

    /// <summary>Asks for a reload. Any thread.</summary>
    public void Request()
    {
        lock (_gate) { Note(); }
    }

    /// <summary>Asks for a reload and waits for what comes of it. Any thread.</summary>
    public Task<ReloadAnswer> AskAsync()
    {
        lock (_gate)
        {
            if (_closed) { return Task.FromResult(Stopping); }
            Note();
            if (_waiting.Count >= MostWaiting) { return Task.FromResult(new ReloadAnswer("too many wait for a reload already", default)); }
            var answer = new TaskCompletionSource<ReloadAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(answer);
            return answer.Task;
        }
    }

    /// <summary>Ends with the next wish.</summary>
    public Task WaitAsync(CancellationToken stop) => _wanted.WaitAsync(stop);

    /// <summary>The wishes until now, which one reload fulfils.</summary>
    public ReloadWishes Take()
    {
        lock (_gate)
        {
            var taken = new ReloadWishes(_asked, _waiting);
            (_asked, _waiting) = (0, []);
            return taken;
        }
    }

    /// <summary>Nobody will reload any more.</summary>
    public void Close()
    {
        lock (_gate) { _closed = true; }
        Take().Answer(Stopping);
    }

    private void Note()
    {
        _asked++;
        if (_wanted.CurrentCount == 0) { _wanted.Release(); }
    }

    public void Dispose() => _wanted.Dispose();
}

/// <summary>Everybody who asked for the same reload.</summary>
/// <param name="asked">How many asked, with or without waiting.</param>
/// <param name="waiting">Those who wait.</param>
internal sealed class ReloadWishes(int asked, IReadOnlyList<TaskCompletionSource<ReloadAnswer>> waiting)
{
    public int Asked => asked;

    public void Answer(ReloadAnswer answer)
    {
        foreach (var one in waiting) { one.TrySetResult(answer); }
    }
}
