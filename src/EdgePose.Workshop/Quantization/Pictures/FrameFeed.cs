using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using EdgePose.Domain;

namespace EdgePose.Workshop.Quantization.Pictures;

/// <summary>
/// Decoded pictures one after another, as often as wanted: at most <see cref="Ahead"/> of them are in memory beside the one in use,
/// however many there are.
/// </summary>
/// <param name="decode">Decodes one sample.</param>
internal sealed class FrameFeed(Func<Sample, CancellationToken, Task<Frame>> decode)
{
    /// <summary>Pictures decoded while the networks work on an earlier one; a full queue makes the decoder wait.</summary>
    private const int Ahead = 2;

    /// <summary>The frames of <paramref name="samples"/> in their order; a frame is valid until the next one.</summary>
    /// <exception cref="UserError">A picture cannot be decoded.</exception>
    public IEnumerable<Frame> Read(IReadOnlyList<Sample> samples, CancellationToken stop)
    {
        using var queue = new BlockingCollection<Frame>(Ahead);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var feeding = Task.Run(() => FeedAsync(samples, queue, end.Token), CancellationToken.None);
        // By the feeding's continuation: when the queue is complete, its failure can be read.
        _ = feeding.ContinueWith(_ => queue.CompleteAdding(), TaskScheduler.Default);
        try
        {
            foreach (var frame in queue.GetConsumingEnumerable(CancellationToken.None)) { yield return frame; }
            stop.ThrowIfCancellationRequested();
            if (feeding.Exception?.InnerException is { } failure) { ExceptionDispatchInfo.Throw(failure); }
        }
        finally
        {
            // A consumer that breaks off leaves the decoder waiting for room.
            end.Cancel();
            while (queue.TryTake(out var unread, Timeout.Infinite, CancellationToken.None)) { unread.Dispose(); }
        }
    }

    private async Task FeedAsync(IReadOnlyList<Sample> samples, BlockingCollection<Frame> queue, CancellationToken stop)
    {
        foreach (var sample in samples) { queue.Add(await decode(sample, stop).ConfigureAwait(false), stop); }
    }
}
