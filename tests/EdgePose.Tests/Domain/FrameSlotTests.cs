using EdgePose.Domain;

namespace EdgePose.Tests.Domain;

public sealed class FrameSlotTests
{
    private int _released;

    private Frame NewFrame(long sequence = 0) =>
        new(2, 2, _ => Interlocked.Increment(ref _released)) { Info = new FrameInfo("cam", 1, sequence, 0, default) };

    private static void AssertAccount(FrameSlot slot) => AssertAddsUp(slot.Account);

    private static void AssertAddsUp(in FrameAccount a) =>
        Assert.Equal(a.Received, a.Processed + a.Failed + a.Replaced + a.Stale + a.Refused + a.NoBuffer + a.Closed + a.Waiting + a.InWork);

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

    [Fact]
    public void Account_EveryWayThatAFrameCanGo_IsEnteredOnce()
    {
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        slot.Put(NewFrame(0), CancellationToken.None);
        slot.Put(NewFrame(1), CancellationToken.None);
        slot.CountLost(new FrameInfo("cam", 1, 2, 0, default), FrameLoss.NoBuffer);
        slot.CountLost(new FrameInfo("cam", 1, 3, 0, default), FrameLoss.Refused);
        using var failed = slot.TryTake();
        Assert.Equal(new FrameAccount(4, 0, 0, 1, 0, 1, 1, 0, 0, 1), slot.Account);
        slot.Complete(failed: true);
        slot.Put(NewFrame(3), CancellationToken.None);
        using var processed = slot.TryTake();
        slot.Complete(failed: false);
        slot.Put(NewFrame(4), CancellationToken.None);
        Assert.False(slot.DropBefore(0));
        Assert.True(slot.DropBefore(1));
        Assert.False(slot.DropBefore(1));
        slot.Put(NewFrame(5), CancellationToken.None);
        Assert.Equal(new FrameAccount(7, 1, 1, 1, 1, 1, 1, 0, 1, 0), slot.Account);
        slot.Dispose();
        Assert.Equal(new FrameAccount(7, 1, 1, 1, 1, 1, 1, 1, 0, 0), slot.Account);
        Assert.Equal((5, 2), (slot.Dropped, slot.Taken));
    }

    [Fact]
    public void DropBefore_Recording_DropsNothing()
    {
        using var slot = new FrameSlot(FullPolicy.Wait);
        slot.Put(NewFrame(), CancellationToken.None);
        Assert.False(slot.DropBefore(long.MaxValue));
        Assert.True(slot.HasFrame);
    }

    /// <summary>Producer, consumer, a clock that drops, and a reader of the account, all at once: it adds up at every reading.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Account_ReadWhileEverybodyWorks_AlwaysAddsUp(bool wait)
    {
        const int Frames = 30_000;
        using var slot = new FrameSlot(wait ? FullPolicy.Wait : FullPolicy.NewestWins);
        using var done = new CancellationTokenSource();
        var producer = Task.Run(() =>
        {
            for (var i = 0; i < Frames; i++)
            {
                if (i % 7 == 3) { slot.CountLost(new FrameInfo("cam", 1, i, 0, default), i % 2 == 0 ? FrameLoss.NoBuffer : FrameLoss.Refused); }
                else { slot.Put(NewFrame(i), CancellationToken.None); }
                // The consumer shall get some, however the machine divides its time.
                if (i % 50 == 0) { SpinWait.SpinUntil(() => !slot.HasFrame); }
            }
        });
        var consumer = Task.Run(() =>
        {
            for (var i = 0; !done.IsCancellationRequested || slot.HasFrame; i++)
            {
                if (slot.TryTake() is not { } frame) { Thread.Yield(); continue; }
                slot.Complete(failed: i % 5 == 0);
                frame.Dispose();
            }
        });
        var clock = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested) { slot.DropBefore(1); await Task.Delay(1); }
        });
        var readings = 0;
        while (!producer.IsCompleted) { AssertAccount(slot); readings++; }
        await producer;
        await done.CancelAsync();
        await Task.WhenAll(consumer, clock);
        var account = slot.Account;
        AssertAddsUp(account);
        Assert.Equal((Frames, 0, 0), (account.Received, account.Waiting, account.InWork));
        Assert.True(readings > 100 && account.Processed > 0 && account.Failed > 0, $"{readings} readings of {account}");
        Assert.Equal(account.Received - account.NoBuffer - account.Refused, _released);
    }
}
