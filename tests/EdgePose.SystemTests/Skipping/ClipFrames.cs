using EdgePose.Domain;
using EdgePose.Ingest;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.SystemTests.Skipping;

/// <summary>Every frame of a recording, as ingest hands them on.</summary>
internal static class ClipFrames
{
    /// <param name="path">Of the recording.</param>
    /// <param name="size">What the estimator asks for.</param>
    public static async Task<List<Frame>> ReadAsync(string path, Func<int, int, (int Width, int Height)> size)
    {
        var frames = new List<Frame>();
        using var slot = new FrameSlot(FullPolicy.Wait);
        using var end = new CancellationTokenSource();
        var source = new SourceOptions { Stream = "clip", Url = path, Pace = SourcePace.Max, FrameSize = size };
        var reading = new StreamSupervisor(source, slot, static _ => { }, static text => text, TimeProvider.System, NullLogger.Instance).RunAsync(end.Token);
        while (true)
        {
            var ended = reading.IsCompleted;
            if (slot.TryTake() is { } frame)
            {
                using (frame) { frames.Add(Copy(frame)); }
            }
            else if (ended) { break; }
            else { await Task.WhenAny(reading, Task.Delay(1)); }
        }
        await reading;
        return frames;
    }

    private static Frame Copy(Frame frame)
    {
        var copy = new Frame(frame.Width, frame.Height) { Info = frame.Info };
        frame.Pixels.CopyTo(copy.Pixels, 0);
        return copy;
    }
}
