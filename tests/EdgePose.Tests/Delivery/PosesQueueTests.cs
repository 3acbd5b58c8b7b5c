using EdgePose.Delivery;

namespace EdgePose.Tests.Delivery;

public sealed class PosesQueueTests
{
    [Fact]
    public void Enqueue_Full_TheOldestGoesAndIsCounted_AndNobodyIsNewsForItsStreamAgain()
    {
        var (pool, queue) = (new PosesPool(4), new PosesQueue(1));
        var time = new FakeTimeProvider();
        var (first, second) = (new PoseGate(10, new SinkTally(), time), new PoseGate(10, new SinkTally(), time));
        Assert.True(first.Admits(isEmpty: true, isReady: true));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(first.Admits(isEmpty: true, isReady: true), "it was just said");
        queue.Enqueue(pool.Rent(), first);

        queue.Enqueue(pool.Rent(), second);

        Assert.Equal((1L, 1), (queue.Dropped, queue.Count));
        Assert.True(first.Admits(isEmpty: true, isReady: true), "it was never said");
        Assert.True(queue.TryDequeue(out var left));
        Assert.Same(second, left.Gate);
    }
}
