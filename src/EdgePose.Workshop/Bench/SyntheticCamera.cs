using EdgePose.Domain;
using EdgePose.Loops;
using EdgePose.Service;
using EdgePose.Streams;

namespace EdgePose.Workshop.Bench;

/// <summary>
/// A camera made in the process: a few pictures of coloured discs that move over a gradient, the same in every run. Nobody is in them: what
/// depends on people has to be given as boxes. One set of pictures serves all streams; each frame is a copy, as a camera's would be.
/// </summary>
internal sealed class SyntheticCamera
{
    private const int Pictures = 8, Discs = 6, Buffers = 4;

    private readonly byte[][] _pictures;
    private readonly int _width, _height;

    public SyntheticCamera(int width, int height)
    {
        (_width, _height) = (width, height);
        _pictures = [.. Enumerable.Range(0, Pictures).Select(Paint)];
    }

    public Frame Picture(int index)
    {
        var frame = new Frame(_width, _height);
        _pictures[index % Pictures].CopyTo(frame.Pixels, 0);
        return frame;
    }

    /// <summary>Feeds a stream <paramref name="fps"/> frames a second, beginning <paramref name="phase"/> (0..1) of an interval late.</summary>
    public async Task RunAsync(StreamUnit unit, double fps, double phase, TimeProvider time, CancellationToken stop)
    {
        var (pool, stamper) = (new FramePool(_width, _height, Buffers), new FrameStamper(unit.Id, time));
        stamper.Begin(1, mediaRate: 0);
        var start = time.GetTimestamp();
        for (var i = 0L; ; i++)
        {
            var wait = TimeSpan.FromSeconds((i + phase) / fps) - time.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) { await Task.Delay(wait, time, stop).ConfigureAwait(false); }
            stop.ThrowIfCancellationRequested();
            var info = stamper.Next();
            if (pool.TryRent() is { } frame) { Put(unit, frame, info, stop); }
            else
            {
                unit.Ingested.CountReceived();
                unit.Ingested.CountDroppedNoBuffer();
            }
        }
    }

    /// <summary>Feeds a lossless stream as fast as it takes frames; on a thread of its own, because it blocks.</summary>
    public Task RunAsFastAsPossibleAsync(StreamUnit unit, TimeProvider time, CancellationToken stop) => Worker.Run("synthetic", () =>
    {
        var (pool, stamper) = (new FramePool(_width, _height, Buffers), new FrameStamper(unit.Id, time));
        stamper.Begin(1, mediaRate: 0);
        while (true) { Put(unit, pool.Rent(stop), stamper.Next(), stop); }
    });

    private void Put(StreamUnit unit, Frame frame, FrameInfo info, CancellationToken stop)
    {
        frame.Info = info;
        _pictures[info.Sequence % Pictures].CopyTo(frame.Pixels, 0);
        unit.Scheduled.Slot.Put(frame, stop);
        unit.Ingested.CountReceived();
    }

    private byte[] Paint(int picture)
    {
        var pixels = new byte[_width * _height * 3];
        var random = new Random(7);
        for (var y = 0; y < _height; y++)
        {
            for (var x = 0; x < _width; x++)
            {
                var at = (y * _width + x) * 3;
                (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)(x * 255 / _width), (byte)(y * 255 / _height), (byte)(96 + random.Next(32)));
            }
        }
        for (var d = 0; d < Discs; d++)
        {
            var (radius, red, green) = (_height / (6 + d), (byte)random.Next(256), (byte)random.Next(256));
            var angle = 2 * Math.PI * ((double)picture / Pictures + (double)d / Discs);
            Disc(pixels, (int)(_width * (0.5 + 0.35 * Math.Cos(angle))), (int)(_height * (0.5 + 0.3 * Math.Sin(angle))), radius, red, green);
        }
        return pixels;
    }

    private void Disc(byte[] pixels, int cx, int cy, int radius, byte red, byte green)
    {
        for (var y = Math.Max(0, cy - radius); y < Math.Min(_height, cy + radius); y++)
        {
            for (var x = Math.Max(0, cx - radius); x < Math.Min(_width, cx + radius); x++)
            {
                if ((x - cx) * (x - cx) + (y - cy) * (y - cy) > radius * radius) { continue; }
                var at = (y * _width + x) * 3;
                (pixels[at], pixels[at + 1], pixels[at + 2]) = (red, green, 200);
            }
        }
    }
}
