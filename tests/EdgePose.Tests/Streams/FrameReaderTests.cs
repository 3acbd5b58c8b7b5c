using EdgePose.Domain;
using EdgePose.Loops;
using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

public sealed class FrameReaderTests
{
    private const int Width = 8, Height = 4, Bytes = Width * Height * 3;
    private readonly ClockFromZero _time = new();
    private readonly SourceCounters _counters = new();
    private readonly FramePool _pool = new(Width, Height, 3);
    private readonly FrameStamper _stamper;

    public FrameReaderTests()
    {
        _stamper = new FrameStamper("s", _time);
        _stamper.Begin(1, 0);
    }

    private FrameReader Reader(FrameSlot slot, bool lossless = false) => new(_pool, slot, _stamper, _counters, _time, lossless);

    [Fact]
    public void Run_WholeFrames_AreStampedAndHandedOver()
    {
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        var end = Reader(slot).Run(new RawFrames(3 * Bytes), CancellationToken.None);
        Assert.Equal(ReadEnd.Complete, end);
        using (var frame = slot.TryTake()!)
        {
            Assert.Equal(new FrameInfo("s", 1, 2, 0, _time.GetUtcNow()), frame.Info);
            Assert.Equal(3, frame.Pixels[0]); // the third frame is filled with 3
            Assert.Equal(3, frame.Pixels[^1]);
        }
        Assert.Equal((3L, 2L), (_counters.Received, slot.Dropped));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Bytes - 1)]
    public void Run_PipeEndsInsideAFrame_ThePartIsDiscarded(int part)
    {
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        Assert.Equal(ReadEnd.Truncated, Reader(slot).Run(new RawFrames(Bytes + part), CancellationToken.None));
        slot.TryTake()!.Dispose();
        Assert.Equal((1L, 1L, 0), (_counters.Received, _counters.Truncated, _pool.Outstanding));
    }

    [Fact]
    public void Run_PoolExhausted_DropsAndCounts_AndGoesOn()
    {
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        Frame[] held = [_pool.TryRent()!, _pool.TryRent()!, _pool.TryRent()!];
        Reader(slot).Run(new RawFrames(5 * Bytes), CancellationToken.None);
        Assert.Equal((5L, 5L, 5L, 5L), (_counters.Received, _counters.DroppedNoBuffer, slot.Received, slot.Account.NoBuffer));
        foreach (var frame in held) { frame.Dispose(); }
    }

    [Fact]
    public async Task Run_Lossless_WaitsForTheConsumerAndLosesNothing()
    {
        using var slot = new FrameSlot(FullPolicy.Wait);
        _stamper.Begin(1, 10);
        var reading = Worker.Run("test", () => Reader(slot, lossless: true).Run(new RawFrames(20 * Bytes), CancellationToken.None));
        var stamps = new List<FrameInfo>();
        while (stamps.Count < 20)
        {
            using var frame = slot.TryTake();
            if (frame is null) { await Task.Yield(); } else { stamps.Add(frame.Info); }
        }
        Assert.Equal(ReadEnd.Complete, await reading);
        Assert.Equal(1.9, (stamps[^1].CapturedUtc - stamps[0].CapturedUtc).TotalSeconds, 6);
        Assert.Equal(1.9, _time.GetElapsedTime(stamps[0].CapturedTicks, stamps[^1].CapturedTicks).TotalSeconds, 6);
        Assert.Equal(0, slot.Dropped);
    }

    [Fact]
    public async Task Run_Stopped_WhileTheConsumerIsWaitedFor_Ends()
    {
        using var slot = new FrameSlot(FullPolicy.Wait);
        using var stop = new CancellationTokenSource();
        var reader = Reader(slot, lossless: true);
        var reading = Worker.Run("test", () => reader.Run(new RawFrames(20 * Bytes), stop.Token));
        while (slot.Received == 0) { await Task.Yield(); }
        _time.Advance(TimeSpan.FromMinutes(1));
        await stop.CancelAsync();
        Assert.Equal(ReadEnd.Stopped, await reading);
        slot.TryTake()!.Dispose();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact(DisableParallelization = true)]
    public void Run_ThousandFrames_AllocatesNothing()
    {
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        Reader(slot).Run(new RawFrames(100 * Bytes), CancellationToken.None);
        var reader = Reader(slot);
        // A live source: with a note for each frame, and the sender's clock asked.
        var (notes, sender) = (new FrameNotes(), new SenderClock(_time));
        reader = new FrameReader(_pool, slot, _stamper, _counters, _time, lossless: false) { Notes = notes, Sender = sender };
        var source = new RawFrames(1001 * Bytes) { OnFrame = () => notes.Add(new FrameNote(1, FrameFault.None)), MeasureFrom = Bytes, MeasureTo = 1001 * Bytes };
        reader.Run(source, CancellationToken.None);
        Assert.Equal(0, source.Allocated);
        slot.TryTake()!.Dispose();
    }

    [Theory]
    [InlineData(FrameFault.None, 4)]
    [InlineData(FrameFault.Garbled, 3)]
    [InlineData(FrameFault.Garbled | FrameFault.Damaged, 2)]
    [InlineData(FrameFault.Garbled | FrameFault.Damaged | FrameFault.OtherSize, 1)]
    internal void Run_FramesWithRefusedFaults_AreCountedAndNotHandedOn(FrameFault refused, int handedOn)
    {
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        var notes = new FrameNotes();
        foreach (var fault in (FrameFault[])[FrameFault.None, FrameFault.Damaged, FrameFault.Garbled, FrameFault.OtherSize]) { notes.Add(new FrameNote(0, fault)); }
        var reader = new FrameReader(_pool, slot, _stamper, _counters, _time, lossless: false) { Notes = notes, Refused = refused };
        Assert.Equal(ReadEnd.Complete, reader.Run(new RawFrames(4 * Bytes), CancellationToken.None));
        var account = slot.Account;
        Assert.Equal((4L, 4L, 4L - handedOn, 4L - handedOn), (_counters.Received, account.Received, account.Refused, _counters.Refused));
        Assert.Equal(handedOn, account.Waiting + account.Replaced);
        slot.TryTake()!.Dispose();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Run_Recording_EndsBeforeTheFirstFrameOfAnotherShape()
    {
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        var notes = new FrameNotes();
        notes.Add(new FrameNote(0.5, FrameFault.None));
        notes.Add(new FrameNote(1, FrameFault.OtherSize));
        var reader = new FrameReader(_pool, slot, _stamper, _counters, _time, lossless: false) { Notes = notes, EndsAtChange = true, Offset = 10 };
        Assert.Equal(ReadEnd.Changed, reader.Run(new RawFrames(4 * Bytes), CancellationToken.None));
        Assert.Equal((1L, 1L, 10.5), (_counters.Received, slot.Received, reader.LastSeconds));
        slot.TryTake()!.Dispose();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Run_FramesBeyondTheLimit_AreForgotten()
    {
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        var reader = new FrameReader(_pool, slot, _stamper, _counters, _time, lossless: false) { Limit = new RateLimit(5, _time) };
        var source = new RawFrames(250 * Bytes) { OnFrame = () => _time.Advance(TimeSpan.FromMilliseconds(40)) };
        reader.Run(source, CancellationToken.None);
        Assert.InRange(slot.Received, 49, 57); // 10 s at 25 a second
        Assert.Equal((slot.Received, 250L, slot.Received), (_counters.Received, reader.Frames, _stamper.NextSequence));
        slot.TryTake()!.Dispose();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task Run_Lossless_FramesHaveTheTimesOfTheirNotes()
    {
        using var slot = new FrameSlot(FullPolicy.Wait);
        _stamper.Begin(1, 10);
        var notes = new FrameNotes();
        double[] times = [3, 3.1, 63.1, 63.2];
        foreach (var seconds in times) { notes.Add(new FrameNote(seconds, FrameFault.None)); }
        var reader = new FrameReader(_pool, slot, _stamper, _counters, _time, lossless: true) { Notes = notes };
        var reading = Worker.Run("test", () => reader.Run(new RawFrames(4 * Bytes), CancellationToken.None));
        var stamps = new List<FrameInfo>();
        while (stamps.Count < 4)
        {
            using var frame = slot.TryTake();
            if (frame is null) { await Task.Yield(); } else { stamps.Add(frame.Info); }
        }
        Assert.Equal(ReadEnd.Complete, await reading);
        Assert.Equal([0, 0.1, 60.1, 60.2], stamps.Select(s => Math.Round((s.CapturedUtc - stamps[0].CapturedUtc).TotalSeconds, 4)));
    }

    [Fact]
    public void Run_SenderIsKnown_FramesCarryItsTimeAndTheirArrival()
    {
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        var (notes, sender) = (new FrameNotes(), new SenderClock(_time));
        var camera = _time.GetUtcNow() - TimeSpan.FromSeconds(7);
        for (var i = 0; i < 8; i++) { sender.Observe(i, camera.AddSeconds(i - 8)); }
        notes.Add(new FrameNote(8.5, FrameFault.None));
        notes.Add(new FrameNote(double.NaN, FrameFault.None));
        var reader = new FrameReader(_pool, slot, _stamper, _counters, _time, lossless: false) { Notes = notes, Sender = sender };
        reader.Run(new RawFrames(Bytes), CancellationToken.None);
        using (var first = slot.TryTake()!)
        {
            Assert.Equal((camera.AddSeconds(0.5), _time.GetUtcNow(), TimeSource.Rtcp), (first.Info.CapturedUtc, first.Info.ReceivedUtc, first.Info.TimeSource));
        }
        reader.Run(new RawFrames(Bytes), CancellationToken.None);
        using var second = slot.TryTake()!;
        Assert.Equal((_time.GetUtcNow(), _time.GetUtcNow(), TimeSource.Arrival), (second.Info.CapturedUtc, second.Info.ReceivedUtc, second.Info.TimeSource));
    }

    [Fact]
    public void FrameAge_GrowsWithoutFrames()
    {
        using var slot = new FrameSlot(FullPolicy.NewestWins);
        var reader = Reader(slot);
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(7, reader.FrameAge.TotalSeconds);
    }

    [Fact]
    public void Stamper_RecordingReadAgain_NeverGoesBack()
    {
        _stamper.Begin(1, 1);
        for (var i = 0; i < 100; i++) { _stamper.Next(); }
        var last = _stamper.Next();
        _time.Advance(TimeSpan.FromSeconds(1));
        _stamper.Begin(2, 1);
        var next = _stamper.Next();
        Assert.True(next.CapturedTicks >= last.CapturedTicks && next.CapturedUtc >= last.CapturedUtc);
        Assert.Equal((2, last.Sequence + 1), (next.Epoch, next.Sequence));
    }

    [Fact]
    public void Pool_FrameGivenBackTwice_Throws()
    {
        var frame = _pool.TryRent()!;
        frame.Dispose();
        Assert.Throws<InvalidOperationException>(frame.Dispose);
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Pool_IsBoundedReusesAndNamesWhatIsOut()
    {
        Frame[] frames = [_pool.TryRent()!, _pool.TryRent()!, _pool.TryRent()!];
        Assert.Null(_pool.TryRent());
        Assert.Equal(3, _pool.Outstanding);
        frames[1].Info = new FrameInfo("cam", 1, 17, 0, default);
        Assert.Contains("cam#17 8x4", _pool.DescribeOutstanding(), StringComparison.Ordinal);
        frames[1].Dispose();
        Assert.Same(frames[1], _pool.TryRent());
    }

    /// <summary>A pipe that delivers in pieces of 7 bytes; frame n is filled with n. Measures allocations between two positions.</summary>
    private sealed class RawFrames(int length) : Stream
    {
        private int _position;
        private long _start;
        public Action? OnFrame { get; init; }
        public int MeasureFrom { get; init; } = -1;
        public int MeasureTo { get; init; } = -1;
        public long Allocated { get; private set; } = -1;

        public override int Read(Span<byte> buffer)
        {
            if (_position % Bytes == 0) { OnFrame?.Invoke(); }
            if (_position == MeasureFrom) { _start = GC.GetAllocatedBytesForCurrentThread(); }
            if (_position == MeasureTo) { Allocated = GC.GetAllocatedBytesForCurrentThread() - _start; }
            var count = Math.Min(Math.Min(buffer.Length, 7), Math.Min(length - _position, Bytes - (_position % Bytes)));
            buffer[..count].Fill((byte)((_position / Bytes) + 1));
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => length;
        public override long Position { get => _position; set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
