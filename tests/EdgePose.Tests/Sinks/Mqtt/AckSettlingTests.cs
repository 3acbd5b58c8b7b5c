using EdgePose.Delivery;
using EdgePose.Loops;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Sinks.Mqtt;

public sealed class AckSettlingTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Host _host = new();
    private readonly AckSettling _settling;

    public AckSettlingTests()
    {
        _settling = new AckSettling(new Supervision("test", _time, NullLogger.Instance), _time);
        _settling.Start(_host);
    }

    public void Dispose() => _settling.Dispose();

    private Task<bool>[] Acknowledge(int count) => [.. Enumerable.Range(0, count).Select(_ => _settling.BelieveAsync(_settling.Connection))];

    [Fact]
    public async Task Acknowledgement_IsBelievedAfterASecondAndNotBefore()
    {
        var believed = Acknowledge(1)[0];
        _time.Advance(AckSettling.Moment - TimeSpan.FromMilliseconds(1));
        Assert.False(believed.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(await believed);
    }

    [Fact]
    public async Task ConnectionLost_WithinTheSecond_IsNotBelievedNorAnAnswerThatWasOnItsWay()
    {
        var (believed, connection) = (Acknowledge(2), _settling.Connection);
        _settling.ConnectionLost();
        Assert.False(await believed[0] || await believed[1] || await _settling.BelieveAsync(connection));
    }

    [Fact]
    public void Backlog_FreesTheOldestWhenItNeedsTheirPlaces()
    {
        var none = Acknowledge(23);
        Assert.DoesNotContain(none, t => t.IsCompleted);
        _host.EventsWaiting = 100;
        var last = Acknowledge(1)[0];
        Assert.True(none.All(t => t.IsCompleted) && last.IsCompleted);
    }

    [Fact]
    public async Task Stopping_BelievesEverythingAtOnce()
    {
        var before = Acknowledge(2);
        _host.Stop.Cancel();
        Assert.True(await before[0] && await before[1] && await Acknowledge(1)[0]);
    }

    private sealed class Host : ISinkHost
    {
        public CancellationTokenSource Stop { get; } = new();
        public int EventsWaiting { get; set; }
        public CancellationToken Stopping => Stop.Token;

        public void Report(SinkStatus status) => throw new InvalidOperationException("not its business");

        public void End(string reason) => throw new InvalidOperationException("not its business");

        public void Resend(StateKind kind) => throw new InvalidOperationException("not its business");

        public IReadOnlyList<StateValue> Values() => throw new InvalidOperationException("not its business");
    }
}
