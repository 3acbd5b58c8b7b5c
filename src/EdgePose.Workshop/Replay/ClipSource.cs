using EdgePose.Domain;
using EdgePose.Events;
using EdgePose.Networks.Runtime;
using EdgePose.Service;
using EdgePose.Service.Configuration;
using EdgePose.Settings;
using EdgePose.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Workshop.Replay;

/// <summary>
/// A clip as the source of a replay: the stream's whole pipeline, every frame that a lossless run would process, one after the other on
/// one thread, with times counted from the recording.
/// </summary>
internal static class ClipSource
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    /// <exception cref="UserError">The clip or a model cannot be used.</exception>
    public static async Task PlayAsync(
        string clip, StreamConfig stream, EdgePoseConfig config, DateTimeOffset start, ReplaySession session, ReplayPace pace, TimeProvider time, CancellationToken stop)
    {
        var source = stream with
        {
            Source = stream.Source with { Url = Path.GetFullPath(clip), SubStream = "", User = "", Password = null, CameraTime = false, Loop = false, Pace = SourcePace.Max },
            Enabled = true,
            Publish = PublishScope.Nothing,
        };
        var outputs = new EventOutputs
        {
            Tap = header =>
            {
                session.Begin(header);
                return session;
            },
        };
        var options = new PipelineOptions("", Stream.Null) { Events = outputs };
        await using var pipeline = Pipeline.Build(config with { Streams = [source] }, options, new Redactor(), NullLoggerFactory.Instance, time, stop);
        await RunAsync(pipeline.Streams[0], start, pace, time, stop).ConfigureAwait(false);
    }

    private static async Task RunAsync(StreamUnit unit, DateTimeOffset start, ReplayPace pace, TimeProvider time, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = unit.RunAsync(end.Token);
        try
        {
            FrameInfo? first = null;
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                var ended = reading.IsCompleted;
                if (unit.Scheduled.Slot.TryTake() is { } frame)
                {
                    using (frame)
                    {
                        first ??= frame.Info;
                        frame.Info = Rebase(frame.Info, first.Value, start);
                        await pace.WaitAsync(frame.Info.CapturedTicks * 1_000_000 / time.TimestampFrequency, stop).ConfigureAwait(false);
                        Process(unit, frame);
                    }
                    continue;
                }
                if (ended) { return; }
                Check(unit.Status);
                await Task.WhenAny(reading, Task.Delay(Poll, time, stop)).ConfigureAwait(false);
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            // Told to end: ffmpeg is gone when this returns.
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The first frame that cannot be processed ends the replay: what comes after it would be compared with something else.</summary>
    private static void Process(StreamUnit unit, Frame frame)
    {
        try { unit.Process(frame); }
        catch (RunDeadlineException e)
        {
            throw new UserError(ExitCode.Model, $"frame {frame.Info.Sequence}: {e.Message}", "raise inference.run_deadline for this machine", e);
        }
        catch (UserError e)
        {
            throw new UserError(e.Code, $"frame {frame.Info.Sequence} could not be processed: {e.Message}", e.Hint, e);
        }
    }

    /// <summary>The capture times of a lossless source follow the recording; here they also begin where the user says.</summary>
    private static FrameInfo Rebase(FrameInfo info, FrameInfo first, DateTimeOffset start) => info with
    {
        CapturedTicks = info.CapturedTicks - first.CapturedTicks,
        CapturedUtc = start + (info.CapturedUtc - first.CapturedUtc),
    };

    private static void Check(StreamStatus status)
    {
        if (status.State is StreamState.Starting or StreamState.Online or StreamState.Disabled) { return; }
        throw new UserError(ExitCode.Source, status.Reason);
    }
}
