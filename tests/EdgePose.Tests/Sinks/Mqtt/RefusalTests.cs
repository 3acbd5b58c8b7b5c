using System.Text;
using System.Text.Json;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>A broker that says no: for now, for good, to one message, to a copy, to the notice of a loss. Nothing may disappear without a word.</summary>
public sealed class RefusalTests : IAsyncDisposable
{
    private const string OnvifTopic = "edgepose/hall-pi/onvif-mj/VideoAnalytics/front/EdgePose";
    private static readonly PublishResult Ok = new(PublishOutcome.Accepted, 0, "");

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-refusal-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly FakeTransport _broker = new();
    private readonly List<string> _taken = [];
    private DurableSpool? _spool;
    private Publication? _publisher;

    private static PublishResult Refused(int code) => new(PublishOutcome.Refused, code, $"0x{code:X2}");

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Publication Open(bool onvif = false)
    {
        _spool = DurableSpool.Open(new SpoolSettings { Folder = _folder }, _time, () => true, NullLogger<DurableSpool>.Instance);
        _publisher = new Publication(
            new PublicationOptions { Prefix = "edgepose", Node = "hall-pi", MaxRate = 10, Spool = _spool, Onvif = onvif }, _broker, _time,
            NullLogger<Publication>.Instance, () => true, s => s);
        _publisher.Start();
        return _publisher;
    }

    private async Task CloseAsync()
    {
        if (_publisher is { } publisher) { await MovingAsync(publisher.DisposeAsync().AsTask()); }
        if (_spool is { } spool) { await MovingAsync(spool.DisposeAsync().AsTask()); }
        (_publisher, _spool) = (null, null);
    }

    private async Task MovingAsync(Task work)
    {
        while (!work.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(1);
        }
        await work;
    }

    /// <summary>Waits while the clock moves; in the clock's time.</summary>
    private async Task<TimeSpan> UntilAsync(Func<bool> condition, string otherwise)
    {
        var (began, watch) = (_time.GetTimestamp(), System.Diagnostics.Stopwatch.StartNew());
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), otherwise);
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(1);
        }
        return _time.GetElapsedTime(began);
    }

    private PoseEvent Event(int n, string stream = "front") => new()
    {
        Stream = stream, Epoch = 1, Type = LineRule.Crossed, Phase = EventPhase.Start, Key = $"{stream}/door/{n}", Rule = "door",
        Time = _time.GetUtcNow(), Microseconds = n, Reason = $"n{n}",
    };

    private static JsonElement Json(MqttMessage message) => JsonDocument.Parse(message.Payload).RootElement.Clone();

    private static bool IsEvent(MqttMessage message) => message.Topic.EndsWith("/events", StringComparison.Ordinal);

    private static bool IsGap(MqttMessage message) => IsEvent(message) && Json(message).GetProperty("type").GetString() == "gap";

    private static long Seq(MqttMessage message) => Json(message).GetProperty("seq").GetInt64();

    /// <summary>Answers with what the rule says, and notes the events that were taken.</summary>
    private void Judge(Func<MqttMessage, PublishResult> rule) => _broker.AnswerTo = message =>
    {
        var answer = rule(message);
        if (IsEvent(message) && answer.IsSuccess)
        {
            lock (_taken) { _taken.Add(Encoding.UTF8.GetString(message.Payload.Span)); }
        }
        return answer;
    };

    private IReadOnlyList<JsonElement> Taken
    {
        get { lock (_taken) { return [.. _taken.Select(t => JsonDocument.Parse(t).RootElement.Clone())]; } }
    }

    private IEnumerable<string?> Reasons => Taken.Where(e => e.GetProperty("type").GetString() != "gap").Select(e => e.GetProperty("reason").GetString());

    /// <summary>Every number up to <paramref name="last"/> arrived or is named by a gap.</summary>
    private void AssertEveryNumberIsKnown(int last)
    {
        var known = Taken.Select(e => e.GetProperty("seq").GetInt64()).ToHashSet();
        foreach (var missing in Taken.Where(e => e.TryGetProperty("missing", out _)).Select(e => e.GetProperty("missing")))
        {
            for (var n = missing.GetProperty("first_seq").GetInt64(); n <= missing.GetProperty("last_seq").GetInt64(); n++) { known.Add(n); }
        }
        Assert.All(Enumerable.Range(1, last), n => Assert.Contains((long)n, known));
    }

    [Theory]
    [InlineData(0x80)]
    [InlineData(0x83)]
    [InlineData(0x91)]
    [InlineData(0x97)]
    public async Task ForNow_FifteenSeconds_EveryEventArrivesInOrderAfterFewTries(int code)
    {
        var began = _time.GetTimestamp();
        Judge(m => IsEvent(m) && _time.GetElapsedTime(began) < TimeSpan.FromSeconds(15) ? Refused(code) : Ok);
        var publisher = Open();
        _broker.Connect();
        for (var i = 0; i < 10; i++) { publisher.Event(Event(i), null); }

        await UntilAsync(() => Taken.Count == 10 && _spool!.Stats().Depth == 0, "events stay behind");

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"n{i}"), Reasons);
        Assert.Equal((10, 0), publisher.EventCounts);
        Assert.InRange(_broker.Sent.Count(IsEvent), 10 + 3, 10 + 7);
    }

    [Theory]
    [InlineData(0x97)]
    [InlineData(0x87)]
    [InlineData(0)]
    public async Task OneRefusal_InTheMiddle_TheEventStillComesBeforeTheLaterOnesOfItsStream(int code)
    {
        var refused = 0;
        Judge(m => IsEvent(m) && m.Topic.Contains("/front/", StringComparison.Ordinal) && Seq(m) == 4 && Interlocked.Increment(ref refused) == 1
            ? code == 0 ? PublishResult.Lost : Refused(code) : Ok);
        var publisher = Open();
        for (var i = 0; i < 20; i++) { publisher.Event(Event(i), null); }
        await UntilAsync(() => _spool!.Stats().Depth == 20, "not accepted");
        _broker.Connect();
        await UntilAsync(() => _spool!.Stats().Depth == 0, "events stay behind");

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"n{i}"), Reasons.Distinct());
    }

    [Fact]
    public async Task ForNow_OneStream_DoesNotHoldUpTheOthers()
    {
        Judge(m => m.Topic.Contains("/front/events", StringComparison.Ordinal) ? Refused(0x97) : Ok);
        var publisher = Open();
        _broker.Connect();
        for (var i = 0; i < 40; i++) { publisher.Event(Event(i), null); }
        for (var i = 0; i < 100; i++) { publisher.Event(Event(i, "back"), null); }

        await UntilAsync(() => Taken.Count == 100 && _spool!.Stats().Depth == 40, "the other stream waits");
        Assert.DoesNotContain(Taken, e => e.GetProperty("stream").GetString() == "front");
    }

    [Theory]
    [InlineData(0x87)]
    [InlineData(0x97)]
    public async Task ForGoodThenMended_WithARestartBetween_EveryNumberArrivesOrIsNamed(int codeOfGaps)
    {
        var isMended = false;
        Judge(m => !isMended && IsEvent(m) ? Refused(IsGap(m) ? codeOfGaps : 0x87) : Ok);
        var publisher = Open();
        _broker.Connect();
        for (var i = 0; i < 5; i++) { publisher.Event(Event(i), null); }
        await UntilAsync(() => publisher.EventCounts.DeadLetters >= 2 || (codeOfGaps == 0x97 && _broker.Sent.Count(IsGap) > 2), "nothing was refused for good");
        await CloseAsync();

        isMended = true;
        _broker.Fail(BrokerState.Lost, "restart");
        publisher = Open();
        _broker.Connect();
        publisher.Event(Event(9), null);
        await UntilAsync(() => _spool!.Stats().Depth == 0 && Reasons.Contains("n9"), "events stay behind");

        AssertEveryNumberIsKnown((int)Taken.Max(e => e.GetProperty("seq").GetInt64()));
        Assert.Contains(Taken, e => e.GetProperty("type").GetString() == "gap");
    }

    [Fact]
    public async Task GapsAloneRefused_TheStreamGoesOnAndTheyAreMergedAndArriveAtLast()
    {
        var isMended = false;
        // Every third event is refused for good, and so is every notice of it.
        Judge(m => !IsEvent(m) || isMended ? Ok : IsGap(m) ? Refused(0x99) : Json(m).GetProperty("reason").GetString() is "n2" or "n5" or "n8" ? Refused(0x87) : Ok);
        var publisher = Open();
        _broker.Connect();
        for (var i = 0; i < 12; i++) { publisher.Event(Event(i), null); }
        await UntilAsync(() => Reasons.Contains("n11"), "the stream waits for the notice of its loss");
        Assert.Equal(["n0", "n1", "n3", "n4", "n6", "n7", "n9", "n10", "n11"], Reasons);
        isMended = true;
        await UntilAsync(() => _spool!.Stats().Depth == 0, "the notices were given up");

        Assert.InRange(Taken.Count(e => e.GetProperty("type").GetString() == "gap"), 1, 3);
        AssertEveryNumberIsKnown((int)Taken.Max(e => e.GetProperty("seq").GetInt64()));
    }

    [Theory]
    [InlineData(0x87, false)]
    [InlineData(0x97, true)]
    [InlineData(0x83, true)]
    public async Task CopyRefused_TheEventArrivesOnceAndTheCopyIsTriedAgainWhereThatHelps(int code, bool comesThrough)
    {
        var tries = 0;
        Judge(m => m.Topic == OnvifTopic && Interlocked.Increment(ref tries) < 3 ? Refused(code) : m.Topic == OnvifTopic && !comesThrough ? Refused(code) : Ok);
        var publisher = Open(onvif: true);
        _broker.Connect();
        for (var i = 0; i < 3; i++) { publisher.Event(Event(i), null); }

        await UntilAsync(() => Taken.Count >= 3 && _spool!.Stats().Readers["mqtt"].Depth == 0, "the events wait for their copies");
        Assert.Equal(["n0", "n1", "n2"], Reasons);
        Assert.Equal((3, 0), publisher.EventCounts);
        if (comesThrough) { await UntilAsync(() => _spool!.Stats().Depth == 0, "the copies were given up"); }
        else { await UntilAsync(() => _spool!.Stats().Readers["onvif"].LostTotal == 3, "the copies are not counted"); }
        Assert.Equal(3, _broker.Sent.Count(m => IsEvent(m) && !IsGap(m)));
    }

    [Theory]
    [InlineData(0x97)]
    [InlineData(0x87)]
    public async Task RetainedValueRefused_IsTriedAgainOnTheSameConnection(int code)
    {
        const string Topic = "edgepose/hall-pi/streams/front/zones/door";
        var tries = 0;
        Judge(m => m.Topic == Topic && Interlocked.Increment(ref tries) <= 4 ? Refused(code) : Ok);
        var publisher = Open();
        _broker.Connect();
        publisher.SetZone("front", "door", 3);

        var took = await UntilAsync(() => Volatile.Read(ref tries) == 5, "it is not tried again");

        Assert.Equal("3", _broker.Payloads(Topic)[^1]);
        Assert.True(took > TimeSpan.FromSeconds(2), $"five tries within {took}");
    }
}
