using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Families;
using EdgePose.Networks.Families.LitePose;
using EdgePose.Networks.Scheduling;
using EdgePose.People.Tracking;
using EdgePose.Streams;
using EdgePose.Tests.Networks.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.People;

/// <summary>
/// The whole way of a frame, with nothing replaced but the pipe's other end: reader thread, pool, slot, inference thread, a real network in
/// ONNX Runtime, decoder, tracker. Neither thread may allocate for a frame.
/// </summary>
public sealed class FramePathTests
{
    private const int Width = 64, Height = 48, Warm = 500, Round = 1000, Rounds = 3;

    [Fact(DisableParallelization = true)]
    public void ThousandFrames_FromThePipeToTheTrack_AllocateNothingOnEitherThread()
    {
        using var session = TinyModel.Open(Describe(), TinyModel.Person(14), 14);
        var estimator = new BottomUpEstimator(session, Skeletons.CrowdPose14, new BottomUpOptions { Profile = DecodeProfile.Fast, MaxPeople = 4, MinScore = 1e-3f });
        var tracker = new Tracker(Skeletons.CrowdPose14, new TrackerSettings());
        var (poses, people) = (new PoseList(14), new TrackedPoseList(14));
        var (pipe, inference) = (new long[Rounds + 1], new long[Rounds + 1]);
        var (seen, most) = (0, 0);
        using var done = new ManualResetEventSlim();
        InferenceLoop? loop = null;
        using var slot = new FrameSlot(FullPolicy.Wait, () => loop!.Wake());
        var lane = new ScheduledStream("cam", slot, frame =>
        {
            estimator.Estimate(frame, poses);
            tracker.Update(poses, frame.Info.Epoch, frame.Info.Sequence / 10.0, people);
            most = Math.Max(most, people.Count);
            Mark(inference, seen++);
            if (seen == Warm + Rounds * Round + 1) { done.Set(); }
        });
        using (loop = new InferenceLoop([lane], TimeProvider.System, NullLogger<InferenceLoop>.Instance))
        {
            loop.Start();
            var stamper = new FrameStamper("cam", TimeProvider.System);
            stamper.Begin(1, 10);
            var reader = new FrameReader(new FramePool(Width, Height, 4), slot, stamper, new SourceCounters(), TimeProvider.System, lossless: true);
            using var stop = new CancellationTokenSource();
            var reading = new Thread(() => reader.Run(new Pipe(pipe), stop.Token));
            reading.Start();
            Assert.True(done.Wait(TimeSpan.FromMinutes(2)), $"{seen} frames, {lane.Failed} failed");
            stop.Cancel();
            reading.Join();
        }
        Assert.InRange(most, 1, 4);
        Assert.Equal(0, lane.Failed);
        Assert.Equal((0L, 0L), (Best(pipe), Best(inference)));
    }

    private static ModelDescriptor Describe()
    {
        var tiny = TinyModel.Describe(LitePoseFamily.Kind, 64, 64, "crowdpose14", ["coarse", "fine"]);
        return tiny with { Input = tiny.Input with { Std = [255, 255, 255] } };
    }

    /// <summary>Notes what the calling thread has allocated so far, at the ends of the rounds.</summary>
    private static void Mark(long[] marks, int frame)
    {
        if (frame >= Warm && (frame - Warm) % Round == 0 && (frame - Warm) / Round <= Rounds) { marks[(frame - Warm) / Round] = GC.GetAllocatedBytesForCurrentThread(); }
    }

    // What is allocated per frame shows in every round; what the runtime allocates once, when it exchanges a method's code, does not.
    private static long Best(long[] marks) => marks.Zip(marks.Skip(1), (before, after) => after - before).Min();

    /// <summary>ffmpeg's side: endless frames with three coloured spots that move: a person for this network.</summary>
    private sealed class Pipe(long[] marks) : Stream
    {
        private const int Bytes = Width * Height * 3;
        private readonly byte[][] _frames = [.. Enumerable.Range(0, 8).Select(Paint)];
        private long _at;

        public override int Read(Span<byte> buffer)
        {
            var (frame, offset) = ((int)(_at / Bytes), (int)(_at % Bytes));
            if (offset == 0) { Mark(marks, frame); }
            var part = _frames[frame / 4 % 8].AsSpan(offset, Math.Min(buffer.Length, Bytes - offset));
            part.CopyTo(buffer);
            _at += part.Length;
            return part.Length;
        }

        private static byte[] Paint(int i)
        {
            var pixels = new byte[Bytes];
            for (var colour = 0; colour < 3; colour++) { Spot(pixels, 8 + 12 * colour + i, 8 + 12 * colour, colour); }
            return pixels;
        }

        private static void Spot(byte[] pixels, int x, int y, int colour)
        {
            for (var dy = -3; dy <= 3; dy++)
            {
                for (var dx = -3; dx <= 3; dx++) { pixels[((y + dy) * Width + x + dx) * 3 + colour] = (byte)(255 - 10 * (dx * dx + dy * dy)); }
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
