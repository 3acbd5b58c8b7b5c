using System.Text.Json;
using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Domain;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging;

namespace EdgePose.Tests.Sinks.Mqtt;

public sealed class PublicationTests : IAsyncDisposable
{
    private const string Base = "edgepose/hall-pi/";
    private readonly FakeTimeProvider _time = new();
    private readonly FakeTransport _broker = new();
    private readonly Lines _log = new();
    private readonly List<Publication> _publishers = [];

    private Publication Start(Func<PublicationOptions, PublicationOptions>? change = null, bool connect = true)
    {
        var options = new PublicationOptions { Prefix = "edgepose", Node = "hall-pi", MaxRate = 10 };
        var publisher = new Publication(
            change?.Invoke(options) ?? options, _broker, _time, _log, () => true, s => s.Replace("hunter2", "***", StringComparison.Ordinal));
        _publishers.Add(publisher);
        publisher.Start();
        if (connect) { _broker.Connect(); }
        return publisher;
    }

    public async ValueTask DisposeAsync()
    {
        _broker.ReleaseHeld();
        foreach (var publisher in _publishers) { await publisher.DisposeAsync(); }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), "the publisher did not get there");
            await Task.Delay(2);
        }
    }

    // The pump sends in order: when the marker is out, everything before it that was due is out too.
    private async Task SettleAsync(Publication publisher)
    {
        var marker = Guid.NewGuid().ToString("N");
        publisher.SetInfo(Samples.Info with { Version = marker });
        await UntilAsync(() => _broker.Payloads(Base + "info").Any(p => p.Contains(marker, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Connect_First_SaysOnlineRetainedAndLeavesAWill()
    {
        Start();
        await UntilAsync(() => _broker.Sent.Count > 0);

        var online = _broker.Sent[0];
        Assert.Equal((Base + "availability", MqttQos.AtLeastOnce, true), (online.Topic, online.Qos, online.Retain));
        Assert.Equal(["online"], _broker.Payloads(Base + "availability"));
        Assert.Equal((Base + "availability", TimeSpan.FromSeconds(10)), (_broker.Will!.Topic, _broker.Will.Delay));
        Assert.Equal("offline"u8.ToArray(), _broker.Will.Payload.ToArray());
    }

    [Fact]
    public async Task Connect_Again_SendsTheLastValueOfEveryRetainedTopic()
    {
        var publisher = Start();
        publisher.SetInfo(Samples.Info);
        publisher.SetStatus(Samples.Ok);
        publisher.SetStream("front", Samples.Online, default);
        publisher.Poses(Samples.Report(_time, 2));
        await UntilAsync(() => _broker.Payloads(Base + "streams/front/people").Count == 1);
        await SettleAsync(publisher);
        _broker.Fail(BrokerState.Lost, "gone");
        publisher.SetStream("front", Samples.Online with { State = StreamState.Stalled, Reason = "no frames" }, default);
        _broker.Forget();

        _broker.Connect();

        string[] topics = ["availability", "info", "status", "streams/front/availability", "streams/front/state", "streams/front/people"];
        await UntilAsync(() => topics.All(t => _broker.Payloads(Base + t).Count == 1));
        Assert.Equal(["offline"], _broker.Payloads(Base + "streams/front/availability"));
        Assert.Contains("\"state\":\"stalled\"", _broker.Payloads(Base + "streams/front/state")[0], StringComparison.Ordinal);
        Assert.Equal(["2"], _broker.Payloads(Base + "streams/front/people"));
        Assert.All(_broker.Sent, m => Assert.True(m.Retain));
        Assert.Equal(1, publisher.Stats.Reconnects);
    }

    [Fact]
    public async Task Poses_Connected_GoOutWithExpiryAndSchema()
    {
        var publisher = Start();
        publisher.Poses(Samples.Report(_time, 1));
        await UntilAsync(() => _broker.Payloads(Base + "streams/front/poses").Count == 1);

        var message = _broker.Sent.Single(m => m.Topic.EndsWith("/poses", StringComparison.Ordinal));
        Assert.Equal((MqttQos.AtMostOnce, false, TimeSpan.FromSeconds(5)), (message.Qos, message.Retain, message.Properties.Expiry));
        Assert.Equal("application/json", message.Properties.ContentType);
        Assert.Equal(new KeyValuePair<string, string>("schema", "edgepose.poses/1"), message.Properties.User.Single());
        Assert.Empty(PublishedSchema.Load("poses.v1").Check(_broker.Payloads(message.Topic)[0]));
    }

    [Fact]
    public async Task Poses_NobodyThere_AreSentOnceUntilSomebodyAppears()
    {
        var publisher = Start(o => o with { MaxRate = 1000 });
        foreach (var people in (int[])[1, 0, 0, 0, 2, 0, 0])
        {
            publisher.Poses(Samples.Report(_time, people));
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }
        await SettleAsync(publisher);
        await UntilAsync(() => _broker.Payloads(Base + "streams/front/poses").Count == 4);

        Assert.Equal([1, 0, 2, 0], _broker.Payloads(Base + "streams/front/poses").Select(Count));
    }

    [Fact]
    public async Task Poses_EmptyListHeldBackByTheRate_StillGoesOutWithALaterFrame()
    {
        var publisher = Start(o => o with { MaxRate = 1 });
        publisher.Poses(Samples.Report(_time, 1));
        publisher.Poses(Samples.Report(_time, 0));
        _time.Advance(TimeSpan.FromSeconds(1));
        publisher.Poses(Samples.Report(_time, 0));
        await UntilAsync(() => _broker.Payloads(Base + "streams/front/poses").Count == 2);

        Assert.Equal([1, 0], _broker.Payloads(Base + "streams/front/poses").Select(Count));
        Assert.Equal(1, publisher.Stats.RateLimited);
    }

    [Theory]
    [InlineData(15, 10, 101)]
    [InlineData(30, 10, 101)]
    [InlineData(5, 10, 50)]
    [InlineData(15, 0, 0)]
    public void RateLimit_TenSecondsOfFrames_LetsTheAverageThrough(int framesPerSecond, double rate, int expected)
    {
        var limit = new RateLimit(rate, _time);
        var passed = 0;
        for (var i = 0; i < framesPerSecond * 10; i++)
        {
            if (limit.TryPass()) { passed++; }
            _time.Advance(TimeSpan.FromSeconds(1.0 / framesPerSecond));
        }

        Assert.InRange(passed, expected == 0 ? 0 : expected - 2, expected);
    }

    [Fact]
    public async Task People_ChangeFasterThanOnceASecond_TheLastOneStillGoesOut()
    {
        var publisher = Start();
        foreach (var people in (int[])[1, 2, 3, 4])
        {
            publisher.Poses(Samples.Report(_time, people));
            await SettleAsync(publisher);
        }
        Assert.Equal(["1"], _broker.Payloads(Base + "streams/front/people"));

        _time.Advance(TimeSpan.FromSeconds(1.25));
        await UntilAsync(() => _broker.Payloads(Base + "streams/front/people").Count == 2);

        Assert.Equal(["1", "4"], _broker.Payloads(Base + "streams/front/people"));
    }

    [Fact]
    public async Task Poses_BrokerTakesNothing_DropsTheOldestAndCountsIt()
    {
        var publisher = Start(o => o with { MaxRate = 1e6, QueueCapacity = 4, Window = 1 });
        await SettleAsync(publisher);
        _broker.Hold = true;
        publisher.SetInfo(Samples.Info with { Version = "stuck" });
        await UntilAsync(() => _broker.Payloads(Base + "info").Any(p => p.Contains("stuck", StringComparison.Ordinal)));
        for (var i = 0; i < 10; i++)
        {
            publisher.Poses(Samples.Report(_time, 1, sequence: i));
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
        Assert.Equal(6, publisher.Stats.QueueFull);

        _broker.ReleaseHeld();
        await UntilAsync(() => _broker.Payloads(Base + "streams/front/poses").Count == 4);

        Assert.Equal([6, 7, 8, 9], _broker.Payloads(Base + "streams/front/poses").Select(p => Number(p, "seq")));
        _time.Advance(TimeSpan.FromSeconds(10));
        await UntilAsync(() => _log.All.Count(l => l.StartsWith("403", StringComparison.Ordinal)) == 1);
    }

    [Fact]
    public void Poses_NoBroker_AreCountedAndNeverThrow()
    {
        var publisher = Start(connect: false);
        for (var i = 0; i < 5; i++) { publisher.Poses(Samples.Report(_time, 1)); }

        Assert.Equal(5, publisher.Stats.NotConnected);
        Assert.False(publisher.Stats.Connected);
    }

    [Fact(DisableParallelization = true)]
    public void Poses_SteadyFlow_AllocatesNothingOnTheCaller()
    {
        var publisher = Start(o => o with { MaxRate = 1e6, QueueCapacity = 8, Window = 1 });
        _broker.Hold = true;
        var report = Samples.Report(_time, 3);
        for (var i = 0; i < 200; i++) { publisher.Poses(report); _time.Advance(TimeSpan.FromTicks(20)); }

        long allocated = 0;
        for (var i = 0; i < 1000; i++)
        {
            _time.Advance(TimeSpan.FromTicks(20));
            var before = GC.GetAllocatedBytesForCurrentThread();
            publisher.Poses(report);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task SetStream_OnlyFiguresChange_IsSentEveryTenSecondsAndAChangeOfStateAtOnce()
    {
        var publisher = Start();
        publisher.SetStream("front", Samples.Online, new StreamFigures(1, 1, 1, 0, 1, 0));
        await UntilAsync(() => _broker.Payloads(Base + "streams/front/state").Count == 1);
        publisher.SetStream("front", Samples.Online, new StreamFigures(2, 1, 1, 0, 1, 0));
        publisher.SetStream("front", Samples.Online, new StreamFigures(3, 1, 1, 0, 1, 0));
        await SettleAsync(publisher);
        Assert.Single(_broker.Payloads(Base + "streams/front/state"));
        _time.Advance(TimeSpan.FromSeconds(10));
        await UntilAsync(() => _broker.Payloads(Base + "streams/front/state").Count == 2);
        Assert.Contains("\"fps_in\":3", _broker.Payloads(Base + "streams/front/state")[1], StringComparison.Ordinal);

        publisher.SetStream("front", Samples.Online with { State = StreamState.AuthFailed }, default);

        await UntilAsync(() => _broker.Payloads(Base + "streams/front/state").Count == 3);
        await UntilAsync(() => _broker.Payloads(Base + "streams/front/availability").SequenceEqual(["online", "offline"]));
    }

    [Fact]
    public async Task SetStatus_Unchanged_IsRepeatedEveryThirtySecondsWithFreshUptime()
    {
        var publisher = Start();
        publisher.SetStatus(Samples.Ok);
        await UntilAsync(() => _broker.Payloads(Base + "status").Count == 1);
        publisher.SetStatus(Samples.Ok with { RssBytes = 5 });
        await SettleAsync(publisher);
        Assert.Single(_broker.Payloads(Base + "status"));
        _time.Advance(TimeSpan.FromSeconds(31));
        // The pump may have been on its way with the older figures when the clock moved.
        await UntilAsync(() => Number(_broker.Payloads(Base + "status")[^1], "uptime") is >= 30 and <= 31);
        var before = _broker.Payloads(Base + "status").Count;

        publisher.SetStatus(Samples.Ok with { State = NodeState.Degraded, Reasons = ["camera front is away"] });

        await UntilAsync(() => _broker.Payloads(Base + "status").Count == before + 1);
    }

    [Fact]
    public async Task RemoveStream_ClearsItsRetainedTopics()
    {
        var publisher = Start();
        publisher.SetStream("front", Samples.Online, default);
        publisher.Poses(Samples.Report(_time, 1));
        await SettleAsync(publisher);

        publisher.RemoveStream("front");

        foreach (var leaf in (string[])["availability", "state", "people"])
        {
            await UntilAsync(() => _broker.Payloads($"{Base}streams/front/{leaf}") is [.., ""]);
        }
        await SettleAsync(publisher);
        _broker.Fail(BrokerState.Lost, "gone");
        _broker.Forget();
        _broker.Connect();
        await SettleAsync(publisher);
        Assert.DoesNotContain(_broker.Sent, m => m.Topic.Contains("front", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RemoveStream_ThatOnlyAnEarlierPublisherKnew_ClearsItsRetainedTopicsOnceThereIsAConnection()
    {
        var publisher = Start(connect: false);
        publisher.RemoveStream("gone");
        _broker.Connect();
        foreach (var leaf in (string[])["availability", "state", "people"])
        {
            await UntilAsync(() => _broker.Payloads($"{Base}streams/gone/{leaf}") is [""]);
        }
    }

    [Fact]
    public async Task Stop_Connected_SaysOfflineStreamsFirstThenDisconnects()
    {
        var publisher = Start();
        publisher.SetStream("front", Samples.Online, default);
        publisher.SetStream("back", Samples.Online, default);
        await SettleAsync(publisher);

        await publisher.StopAsync(CancellationToken.None);

        var last = _broker.Sent.TakeLast(3).ToArray();
        Assert.All(last, m => Assert.Equal((MqttQos.AtLeastOnce, true, 7), (m.Qos, m.Retain, m.Payload.Length)));
        Assert.Equal(Base + "availability", last[2].Topic);
        Assert.Equal([Base + "streams/back/availability", Base + "streams/front/availability"], last[..2].Select(m => m.Topic).Order());
        Assert.True(_broker.WasDisconnected && _broker.WasDisposed);
        publisher.Poses(Samples.Report(_time, 1));
        Assert.Empty(_broker.Payloads(Base + "streams/front/poses"));
    }

    [Fact]
    public async Task Stop_BrokerSilent_EndsByItsTimeLimitsWithoutDisconnectSoThatTheWillSpeaks()
    {
        var publisher = Start(o => o with { Window = 2 });
        await SettleAsync(publisher);
        _broker.Hold = true;

        var stop = publisher.StopAsync(CancellationToken.None);
        await UntilAsync(() => { _time.Advance(TimeSpan.FromMilliseconds(100)); return stop.IsCompleted; });

        await stop;
        Assert.False(_broker.WasDisconnected);
        Assert.True(_broker.WasDisposed);
        Assert.Contains(_log.All, l => l.StartsWith("404", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_NoBroker_EndsAtOnce()
    {
        var publisher = Start(connect: false);

        await publisher.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Empty(_broker.Sent);
    }

    [Fact]
    public void Broker_StateChanges_GiveOneRedactedLogLineEach()
    {
        var publisher = Start(connect: false);
        _broker.Fail(BrokerState.BadCredentials, "bad password hunter2");
        _broker.Connect();

        Assert.Equal(["401 broker: BadCredentials: bad password ***", "400 broker: Connected"], _log.All);
        Assert.Equal("bad password ***", publisher.Stats.LastError);
        _broker.Fail(BrokerState.TlsError, "hunter2 expired");
        Assert.Equal(new BrokerStatus(BrokerState.TlsError, "*** expired"), publisher.Broker);
    }

    [Fact]
    public async Task Refused_EveryPose_IsCountedAndLoggedOnceASecond()
    {
        _broker.Answer = topic => topic.EndsWith("/poses", StringComparison.Ordinal)
            ? PublishResult.FromReasonCode(0x87, "Not authorized")
            : new(PublishOutcome.Accepted, 0, "");
        var publisher = Start(o => o with { MaxRate = 1e6 });
        _time.Advance(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 10; i++)
        {
            publisher.Poses(Samples.Report(_time, 1));
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await UntilAsync(() => publisher.Stats.Refused == i + 1);
        }

        Assert.Single(_log.All, l => l.StartsWith("402", StringComparison.Ordinal));
    }

    private static int Count(string poses)
    {
        using var document = JsonDocument.Parse(poses);
        return document.RootElement.GetProperty("people").GetArrayLength();
    }

    private static long Number(string json, string name)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty(name).GetInt64();
    }

    private sealed class Lines : ILogger<Publication>
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

        public IReadOnlyList<string> All => [.. _lines];
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{eventId.Id} {formatter(state, exception)}");
    }
}
