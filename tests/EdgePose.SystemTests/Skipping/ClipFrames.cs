using System.Diagnostics;
using EdgePose.Domain;
using EdgePose.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.SystemTests.Skipping;

/// <summary>Recordings, frame by frame, as ingest hands them on.</summary>
internal static class ClipFrames
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    /// <summary>Hands on every frame; it is gone when <paramref name="each"/> returns.</summary>
    /// <param name="path">Of the recording.</param>
    /// <param name="size">What the estimator asks for.</param>
    /// <param name="each">Takes the frame.</param>
    public static async Task PlayAsync(string path, Func<int, int, (int Width, int Height)> size, Action<Frame> each)
    {
        using var slot = new FrameSlot(FullPolicy.Wait);
        using var end = new CancellationTokenSource();
        var source = new SourceSettings { Stream = "clip", Url = path, Pace = SourcePace.Max, FrameSize = size };
        var supervisor = new StreamSupervisor(source, slot, static _ => { }, static text => text, TimeProvider.System, NullLogger.Instance);
        var (reading, waiting) = (supervisor.RunAsync(end.Token), Stopwatch.StartNew());
        while (true)
        {
            var ended = reading.IsCompleted;
            if (slot.TryTake() is { } frame)
            {
                using (frame) { each(frame); }
                waiting.Restart();
            }
            else if (ended) { break; }
            else
            {
                Assert.True(waiting.Elapsed < Patience, $"no frame for {Patience}: {supervisor.Status}");
                await Task.WhenAny(reading, Task.Delay(1));
            }
        }
        await reading;
    }

    /// <summary>All frames of a short recording.</summary>
    public static async Task<List<Frame>> ReadAsync(string path, Func<int, int, (int Width, int Height)> size)
    {
        var frames = new List<Frame>();
        await PlayAsync(path, size, frame =>
        {
            var copy = new Frame(frame.Width, frame.Height) { Info = frame.Info };
            frame.Pixels.CopyTo(copy.Pixels, 0);
            frames.Add(copy);
        });
        return frames;
    }
}
