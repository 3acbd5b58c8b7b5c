using EdgePose.Domain;
using EdgePose.Events.Recording;
using EdgePose.Events.Scenes;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Events.Recording;

public sealed class RecorderFaultTests
{
    /// <summary>A path with a NUL in it is refused in a way that no disk refuses.</summary>
    [Fact]
    public async Task WhatNobodyForesawIsThrown_TheRecorderCountsWhatIsLostAndGoesOnAndEnds()
    {
        var header = RecordingHeader.Begin(new PoseFacts("front", Skeletons.Coco17) { JointThreshold = 0.3f, LostAfter = TimeSpan.FromSeconds(1) });
        var recorder = new KeypointRecorder(new RecorderOptions { Folder = "/tmp/a\0b", MaxBytes = 1 << 20 }, header, TimeProvider.System, NullLogger.Instance);
        for (var lost = 1; lost <= 2; lost++)
        {
            recorder.AddStopped(new Instant(lost, lost, 0));
            var watch = System.Diagnostics.Stopwatch.StartNew();
            while (recorder.Stats.RecordsDropped < lost)
            {
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "the writing has ended for good");
                await Task.Delay(5);
            }
        }
        Assert.Equal(2, recorder.Supervision.Faults);
        await recorder.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }
}
