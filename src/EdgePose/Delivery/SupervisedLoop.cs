using System.Diagnostics.CodeAnalysis;

namespace EdgePose.Delivery;

/// <summary>
/// Runs a loop that must not end for good: an exception is given to <see cref="Supervision"/> and the loop begins anew after a wait that widens
/// while it keeps failing. It ends when its body returns or it is told to stop.
/// </summary>
/// <param name="name">For the log.</param>
/// <param name="body">The loop; begins from scratch at each call.</param>
/// <param name="supervision">Takes the exceptions.</param>
/// <param name="time">Measures the waits.</param>
internal sealed class SupervisedLoop(string name, Func<CancellationToken, Task> body, Supervision supervision, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100), LongestWait = TimeSpan.FromSeconds(10);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Completes with the loop; never fails.</summary>
    public Task Completion => _running;

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Tells the loop to end; <see cref="Completion"/> says when it has.</summary>
    public void Cancel() => _stop.Cancel();

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of every loop of delivery.")]
    private async Task RunAsync()
    {
        var backoff = new Backoff(ShortestWait, LongestWait, Random.Shared);
        while (true)
        {
            var began = time.GetTimestamp();
            try
            {
                await body(_stop.Token).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested) { return; }
            catch (Exception e) { supervision.Note(name, e); }
            if (time.GetElapsedTime(began) > LongestWait) { backoff.Reset(); }
            try { await Task.Delay(backoff.Next(), time, _stop.Token).ConfigureAwait(false); }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested) { return; }
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        if (_running.IsCompleted) { _stop.Dispose(); }
    }
}
