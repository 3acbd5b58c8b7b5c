using EdgePose.Domain;

namespace EdgePose.Tests.Domain;

public sealed class FrameSlotTests
{
    private int _released;

    private Frame NewFrame(long sequence = 0) =>
        new(2, 2, _ => Interlocked.Increment(ref _released)) { Info = new FrameInfo("cam", 1, sequence, 0, default) };

    private static void AssertAccount(FrameSlot slot) => Assert.Equal(slot.Received, slot.Taken + slot.Dropped + (slot.HasFrame ? 1 : 0));

    [Fact]
    public void Put_FullSlotOfALiveSource_DropsAndReleasesTheOlderFrame()
    {
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        for (var i = 0; i < 3; i++) { slot.Put(NewFrame(i), CancellationToken.None); AssertAccount(slot); }
        Assert.Equal((3, 0, 2, 2), (slot.Received, slot.Taken, slot.Dropped, _released));
        using var frame = slot.TryTake();
        Assert.Equal(2, frame!.Info.Sequence);
        Assert.Null(slot.TryTake());
        AssertAccount(slot);
        Assert.Equal(2, _released);
    }

    [Fact]
    public async Task Put_FullSlotOfARecording_WaitsForTheConsumer()
    {
        using var slot = new FrameSlot(FullPolicy.Wait);
        slot.Put(NewFrame(0), CancellationToken.None);
        var second = Task.Run(() => slot.Put(NewFrame(1), CancellationToken.None));
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(50)));
        slot.TryTake()!.Dispose();
        await second.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(1, slot.TryTake()!.Info.Sequence);
        Assert.Equal((2, 2, 0), (slot.Received, slot.Taken, slot.Dropped));
    }

    [Fact]
    public async Task Put_CancelledWhileWaiting_ReleasesTheFrameAndKeepsTheWaitingOne()
    {
        using var slot = new FrameSlot(FullPolicy.Wait);
        using var stop = new CancellationTokenSource();
        slot.Put(NewFrame(0), CancellationToken.None);
        var second = Task.Run(() => slot.Put(NewFrame(1), stop.Token));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(1, _released);
        AssertAccount(slot);
        Assert.Equal(0, slot.TryTake()!.Info.Sequence);
        slot.Put(NewFrame(2), CancellationToken.None);
        Assert.Equal((2, 1, 0), (slot.Received, slot.Taken, slot.Dropped));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dispose_WithAWaitingFrame_ReleasesItAndEveryLaterOne(bool wait)
    {
        var slot = new FrameSlot(wait ? FullPolicy.Wait : FullPolicy.NewestWins);
        slot.Put(NewFrame(), CancellationToken.None);
        slot.Dispose();
        slot.Dispose();
        // A producer that has not noticed yet must neither leak frames nor hang.
        for (var i = 0; i < 3; i++) { slot.Put(NewFrame(), CancellationToken.None); }
        Assert.Equal((4, 0, 4, 4), (slot.Received, slot.Taken, slot.Dropped, _released));
        Assert.Null(slot.TryTake());
    }

    [Fact]
    public async Task Dispose_WhileAProducerWaits_LetsItGo()
    {
        var slot = new FrameSlot(FullPolicy.Wait);
        slot.Put(NewFrame(), CancellationToken.None);
        var second = Task.Run(() => slot.Put(NewFrame(), CancellationToken.None));
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(50)));
        slot.Dispose();
        await second.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(2, _released);
        AssertAccount(slot);
    }

    [Fact]
    public void Put_EachFrame_AnnouncesItselfOutsideTheLock()
    {
        FrameSlot? slot = null;
        var taken = 0;
        using (slot = new FrameSlot(FullPolicy.NewestWins, () => { if (slot!.TryTake() is not null) { taken++; } }))
        {
            for (var i = 0; i < 5; i++) { slot.Put(NewFrame(), CancellationToken.None); }
        }
        Assert.Equal(5, taken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Slot_ProducerAndConsumerAtOnce_LosesNoFrameUnaccounted(bool wait)
    {
        const int Frames = 20_000;
        using var slot = new FrameSlot(wait ? FullPolicy.Wait : FullPolicy.NewestWins);
        var producer = Task.Run(() => { for (var i = 0; i < Frames; i++) { slot.Put(NewFrame(i), CancellationToken.None); } });
        var (last, taken) = (-1L, 0L);
        while (!producer.IsCompleted || slot.HasFrame)
        {
            if (slot.TryTake() is not { } frame) { await Task.Yield(); continue; }
            Assert.True(frame.Info.Sequence > last, "frames overtook each other");
            (last, taken) = (frame.Info.Sequence, taken + 1);
            frame.Dispose();
        }
        await producer;
        Assert.Equal((Frames, taken, Frames - taken), (slot.Received, slot.Taken, slot.Dropped));
        Assert.Equal((Frames, Frames - 1), (_released, last));
        if (wait) { Assert.Equal(Frames, taken); }
    }
}
