using EdgePose.Delivery;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Tests.Sinks.Mqtt;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Delivery;

/// <summary>Nothing that a sink throws ends a loop for good, reaches the caller, or touches another sink.</summary>
public sealed class SinkFaultTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-sink-").FullName;
    private readonly CountingLog _log = new();
    private readonly ThrowingSink _bad = new() { Name = "bad", Events = EventPromise.Kept };
    private readonly ThrowingSink _good = new() { Name = "good" };
    private readonly DurableSpool _spool;
    private Outbox? _outbox;

    public SinkFaultTests() =>
        _spool = DurableSpool.Open(new SpoolSettings { Folder = _folder }, TimeProvider.System, () => true, NullLogger<DurableSpool>.Instance);

    private Outbox Start(bool withSpool = true)
    {
        var options = new OutboxSettings { Node = "hall-pi", MaxRate = 1e6, Spool = withSpool ? _spool : null, StopTimeout = TimeSpan.FromSeconds(1) };
        _outbox = new Outbox(options, [_bad, _good], TimeProvider.System, _log, () => true);
        _outbox.Start();
        return _outbox;
    }

    public async ValueTask DisposeAsync()
    {
        if (_outbox is { } outbox) { await outbox.DisposeAsync(); }
        await _spool.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static PoseEvent Event(string reason, string stream = "front") => new()
    {
        Stream = stream, Epoch = 1, Type = LineRule.Crossed, Phase = EventPhase.Start, Key = $"front/door/{reason}", Rule = "door",
        Time = DateTimeOffset.UtcNow, Microseconds = 1, Reason = reason,
    };

    private static async Task UntilAsync(Func<bool> condition, string otherwise)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), otherwise);
            await Task.Delay(5);
        }
    }

    private void TellEverything(Outbox outbox, int n)
    {
        outbox.SetStream("front", Samples.Online with { Epoch = n }, default, urgent: true);
        outbox.Poses(Samples.Report(TimeProvider.System, n % 7 + 1, sequence: n));
        outbox.Event(Event($"n{n}"), null);
    }

    [Theory]
    [InlineData("start", false)]
    [InlineData("state", false)]
    [InlineData("state", true)]
    [InlineData("poses", false)]
    [InlineData("poses", true)]
    [InlineData("event", false)]
    [InlineData("event", true)]
    public async Task Sink_ThatThrowsAtASeam_GoesOnAfterwardsAndTheOtherNeverNotices(string seam, bool isAsync)
    {
        var faults = 3;
        _bad.IsAsync = isAsync;
        _bad.Before = at =>
        {
            if (at == seam && Interlocked.Decrement(ref faults) >= 0) { throw new InvalidOperationException($"a defect in {seam}"); }
        };
        var outbox = Start();
        var n = 0;
        await UntilAsync(() => { TellEverything(outbox, n++); return Volatile.Read(ref faults) < 0; }, "it was not called often enough");
        var last = n++;
        TellEverything(outbox, last);
        // Poses may have been dropped as older ones; the last ones are sent until they arrive.
        await UntilAsync(() =>
        {
            outbox.Poses(Samples.Report(TimeProvider.System, 1, sequence: last));
            return _bad.Taken.Contains($"poses front {last}") && _bad.Taken.Contains($"event n{last}") && _bad.Taken.Any(t => t.Contains($"\"epoch\":{last},", StringComparison.Ordinal));
        }, $"it did not go on: {string.Join(" | ", _bad.Taken.TakeLast(5))}");

        await UntilAsync(() => _spool.Stats().Depth == 0, "events stay behind");
        Assert.Equal(Enumerable.Range(0, n).Select(i => $"event n{i}").Order(), _bad.Taken.Where(t => t.StartsWith("event", StringComparison.Ordinal)).Distinct().Order());
        Assert.Equal((3, 0), (outbox.Sinks[0].Faults, outbox.Sinks[1].Faults));
        Assert.InRange(_log.Faults, 1, 3);
        Assert.Contains($"poses front {last}", _good.Taken);
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("dispose")]
    public async Task Sink_ThatThrowsWhenItIsToEnd_DoesNotKeepTheOthersFromTakingLeave(string seam)
    {
        _bad.Before = at =>
        {
            if (at == seam) { throw new InvalidOperationException($"a defect in {seam}"); }
        };
        var outbox = Start();
        await UntilAsync(() => _good.Taken.Contains("Availability  online"), "not started");

        await outbox.StopAsync(CancellationToken.None);

        Assert.Equal("Availability  offline", _good.Taken[^1]);
        Assert.Equal(1, outbox.Sinks[0].Faults);
    }

    [Fact]
    public async Task Sink_ThatThrowsForEver_IsLoggedAtMostOnceASecondAndCosts_NoEvent()
    {
        _bad.Before = at =>
        {
            if (at == "event") { throw new InvalidOperationException("a defect"); }
        };
        var outbox = Start();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        // Of each stream one event is tried at a time.
        for (var i = 0; i < 100; i++) { outbox.Event(Event($"n{i}", $"cam{i % 50}"), null); }
        await UntilAsync(() => outbox.Sinks[0].Faults >= 40, "it is not tried again");

        Assert.InRange(_log.Faults, 1, 2 + (int)watch.Elapsed.TotalSeconds);
        Assert.Equal((100, 0L), (_spool.Stats().Depth, outbox.Sinks[0].Events.GivenUp));
        await UntilAsync(() => _good.Taken.Count(t => t.StartsWith("event", StringComparison.Ordinal)) == 100, "the other sink has not all events");
        _bad.Before = static _ => { };
        await UntilAsync(() => _spool.Stats().Depth == 0, "events stay behind");
    }

    [Fact]
    public async Task Sink_ThatHangsInTheCall_HoldsUpNeitherTheCallerNorTheOtherNorTheStop()
    {
        _bad.Hangs = static _ => true;
        var outbox = Start(withSpool: false);
        for (var n = 0; n < 300; n++) { TellEverything(outbox, n); }
        await UntilAsync(() => _good.Taken.Contains("event n299") && _good.Taken.Contains("poses front 299"), "the other sink waits");
        Assert.True(outbox.Sinks[0].Stats.QueueFull > 200);

        await outbox.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal("Availability  offline", _good.Taken[^1]);
        Assert.DoesNotContain(_bad.Taken, t => t.Contains("offline", StringComparison.Ordinal));
    }

    private sealed class CountingLog : ILogger<Outbox>
    {
        private int _faults;

        /// <summary>Lines about exceptions.</summary>
        public int Faults => Volatile.Read(ref _faults);
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 450) { Interlocked.Increment(ref _faults); }
        }
    }
}
