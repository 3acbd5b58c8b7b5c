using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

public sealed class MediaPaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Frames_AreHeldBackToTheirTime()
    {
        var pace = new MediaPace(_time);
        pace.Wait(100, CancellationToken.None); // the first one is due at once
        pace.Wait(double.NaN, CancellationToken.None);
        var waiting = Task.Run(() => pace.Wait(102, CancellationToken.None));
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(50)));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await waiting;
        pace.Wait(101, CancellationToken.None); // late already
    }

    [Fact]
    public async Task Stop_EndsTheWaiting()
    {
        using var stop = new CancellationTokenSource();
        var pace = new MediaPace(_time);
        pace.Wait(0, stop.Token);
        var waiting = Task.Run(() => pace.Wait(3600, stop.Token));
        await stop.CancelAsync();
        await waiting;
        Assert.True(waiting.IsCompletedSuccessfully);
    }
}
