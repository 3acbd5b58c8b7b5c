namespace EdgePose.Loops;

/// <summary>
/// A named background thread as a task, for reads that block: asynchronous reads of a pipe would block threads of the pool instead.
/// </summary>
internal static class Worker
{
    private const int StackBytes = 256 * 1024;

    public static Task Run(string name, Action work, int stackBytes = StackBytes) => Run(name, () => { work(); return true; }, stackBytes);

    /// <summary>The task fails with whatever <paramref name="work"/> throws; a stack of 0 bytes is one of the system's size.</summary>
    public static Task<T> Run<T>(string name, Func<T> work, int stackBytes = StackBytes)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try { done.SetResult(work()); }
            catch (OperationCanceledException e) { done.SetCanceled(e.CancellationToken); }
            catch (Exception e) { done.SetException(e); } // handed to whoever awaits the task
        }, stackBytes)
        { Name = name, IsBackground = true };
        thread.Start();
        return done.Task;
    }
}
