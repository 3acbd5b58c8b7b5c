using EdgePose.Streams;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Streams;

public sealed class ConnectGateTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ConnectGate _gate;

    public ConnectGateTests() => _gate = new ConnectGate(2, _time);

    private Task<IDisposable> Enter(bool silent = false) => _gate.EnterAsync(silent, TestContext.Current.CancellationToken);

    [Fact]
    public async Task ThirteenAtOnce_AreOpenedTwoAtATime()
    {
        var waiting = Enumerable.Range(0, 13).Select(_ => Enter()).ToList();
        for (var done = 0; done < 13; done++)
        {
            Assert.Equal(Math.Min(13, done + 2), waiting.Count(static w => w.IsCompletedSuccessfully));
            (await waiting[done]).Dispose();
            if (done + 2 < 13) { await waiting[done + 2]; }
        }
    }

    [Fact]
    public async Task SourceThatDoesNotAnswer_GivesItsPlaceUpAfterThreeSeconds_AndOnlyOnce()
    {
        var (first, second, third) = (await Enter(), await Enter(), Enter());
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(third.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await third;
        first.Dispose();
        second.Dispose();
        (await third).Dispose();
        var again = Enumerable.Range(0, 3).Select(_ => Enter()).ToList();
        Assert.Equal(2, again.Count(static w => w.IsCompletedSuccessfully)); // two places, as before
    }

    [Fact]
    public async Task SourcesThatNeverAnswered_WaitForOneAnother_NotOthersForThem()
    {
        var silent = Enumerable.Range(0, 64).Select(_ => Enter(silent: true)).ToList();
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(2, silent.Count(static w => w.IsCompletedSuccessfully)); // so many probes and threads at a time
        await Enter();
    }
}
