using System.Text;
using System.Text.Json;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Events.Scenes;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>The way of an event through a real spool on disk to a broker in memory.</summary>
public sealed class EventDeliveryTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-pump-").FullName;
    private readonly FakeTransport _broker = new();
    private DurableSpool? _spool;
    private Publication? _publisher;

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Publication Open(Func<PublicationOptions, PublicationOptions>? change = null, TimeProvider? time = null)
    {
        _spool = DurableSpool.Open(new SpoolSettings { Folder = _folder }, time ?? TimeProvider.System, () => true, NullLogger<DurableSpool>.Instance);
        var options = new PublicationOptions { Prefix = "edgepose", Node = "hall-pi", MaxRate = 10, Spool = _spool };
        _publisher = new Publication(
            change?.Invoke(options) ?? options, _broker, time ?? TimeProvider.System, NullLogger<Publication>.Instance, () => true, s => s);
        _publisher.Start();
        return _publisher;
    }

    private async Task CloseAsync()
    {
        if (_publisher is { } publisher) { await publisher.DisposeAsync(); }
        if (_spool is { } spool) { await spool.DisposeAsync(); }
        (_publisher, _spool) = (null, null);
    }

    private static PoseEvent Event(int n, string stream = "front") => new()
    {
        Stream = stream, Epoch = 1, Type = LineRule.Crossed, Phase = EventPhase.Start, Key = $"{stream}/door/{n}", Rule = "door",
        Time = DateTimeOffset.UtcNow, Microseconds = n, Reason = $"n{n}",
    };

    private IReadOnlyList<JsonElement> Arrived(string stream = "front") =>
        [.. _broker.Payloads($"edgepose/hall-pi/streams/{stream}/events").Select(p => JsonDocument.Parse(p).RootElement.Clone())];

    private static async Task UntilAsync(Func<bool> condition)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), "it did not come to that");
            await Task.Delay(5);
        }
    }

    [Fact]
    public async Task Event_WithABroker_ArrivesOnceAndLeavesTheSpool()
    {
        var publisher = Open();
        _broker.Connect();
        for (var i = 0; i < 100; i++) { publisher.Event(Event(i), null); }
        await UntilAsync(() => Arrived().Count >= 100 && _spool!.Stats().Depth == 0);

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"n{i}"), Arrived().Select(e => e.GetProperty("reason").GetString()));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), Arrived().Select(e => e.GetProperty("seq").GetInt64()));
        Assert.All(Arrived(), e => Assert.False(e.GetProperty("published_late").GetBoolean()));
        Assert.Equal((100, 0), publisher.EventCounts);
        Assert.Empty(PublishedSchema.Load("event.v1").Check(Arrived()[0].GetRawText()));
    }

    [Fact]
    public async Task Event_WithoutABroker_WaitsOverARestartAndArrivesLateInOrderWithItsId()
    {
        var publisher = Open();
        for (var i = 0; i < 50; i++) { publisher.Event(Event(i), null); }
        await UntilAsync(() => _spool!.Stats().Depth == 50);
        await CloseAsync();
        Assert.Empty(Arrived());

        publisher = Open();
        _broker.Connect();
        publisher.Event(Event(50), null);
        await UntilAsync(() => Arrived().Count == 51);

        Assert.Equal(Enumerable.Range(0, 51).Select(i => $"n{i}"), Arrived().Select(e => e.GetProperty("reason").GetString()));
        Assert.Equal(Enumerable.Repeat(true, 50).Append(false), Arrived().Select(e => e.GetProperty("published_late").GetBoolean()));
        Assert.Equal(51, Arrived().Select(e => e.GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal(2, Arrived().Select(e => e.GetProperty("boot").GetString()).Distinct().Count());
        var replayed = _broker.Sent.Where(m => m.Topic.EndsWith("/events", StringComparison.Ordinal)).Select(m => m.Properties.User.Single(u => u.Key == "replayed").Value);
        Assert.Equal(Enumerable.Repeat("true", 50).Append("false"), replayed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Event_ThatHasWaited_IsSentAtLeastOnceAndExpiresWhenTheSpoolWouldHaveForgottenIt(int hours)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var publisher = Open(time: time);
        publisher.Event(Event(1), null);
        await UntilAsync(() => _spool!.Stats().Depth == 1);
        time.Advance(TimeSpan.FromHours(hours));
        _broker.Connect();
        await UntilAsync(() => Arrived().Count > 0);

        var sent = _broker.Sent.First(m => m.Topic.EndsWith("/events", StringComparison.Ordinal));
        Assert.Equal((MqttQos.AtLeastOnce, false), (sent.Qos, sent.Retain));
        Assert.Equal((TimeSpan.FromDays(7) - TimeSpan.FromHours(hours)).TotalSeconds, sent.Properties.Expiry!.Value.TotalSeconds, 1.0);
    }

    [Fact]
    public async Task Event_ConnectionLostBeforeTheAnswer_IsSentAgainWithTheSameId()
    {
        var publisher = Open();
        _broker.Connect();
        var lose = true;
        _broker.Answer = topic => lose && topic.EndsWith("/events", StringComparison.Ordinal) ? PublishResult.Lost : new(PublishOutcome.Accepted, 0, "");
        publisher.Event(Event(1), null);
        await UntilAsync(() => Arrived().Count > 0);
        lose = false;
        await UntilAsync(() => _spool!.Stats().Depth == 0);

        Assert.True(Arrived().Count >= 2);
        Assert.Single(Arrived().Select(e => e.GetProperty("id").GetString()).Distinct());
    }

    [Fact]
    public async Task Event_RefusedThreeTimes_IsADeadLetterNamedInAGapAndDoesNotHoldUpOthers()
    {
        var publisher = Open();
        _broker.Answer = topic => topic.Contains("/front/events", StringComparison.Ordinal) && Arrived().Count <= 3
            ? new(PublishOutcome.Refused, 0x87, "not authorised (0x87)") : new(PublishOutcome.Accepted, 0, "");
        _broker.Connect();
        publisher.Event(Event(1), null);
        publisher.Event(Event(2, "back"), null);
        await UntilAsync(() => Arrived("back").Count == 1);
        await UntilAsync(() => _spool!.Stats().Depth == 0 && Arrived().Count == 4);

        Assert.Equal((2, 1), publisher.EventCounts);
        Assert.Equal(["n1", "n1", "n1"], Arrived().Take(3).Select(e => e.GetProperty("reason").GetString()));
        var gap = Arrived()[3];
        Assert.Equal(("gap", 1), (gap.GetProperty("type").GetString(), gap.GetProperty("missing").GetProperty("first_seq").GetInt64()));
        Assert.Empty(PublishedSchema.Load("event.v1").Check(gap.GetRawText()));
    }

    [Fact]
    public async Task Event_InTwoDialects_LeavesTheSpoolOnlyWhenBothHaveBeenTaken()
    {
        var publisher = Open(o => o with { Onvif = true });
        var onvif = false;
        _broker.Answer = topic => !onvif && topic.Contains("/onvif-mj/", StringComparison.Ordinal) ? PublishResult.Lost : new(PublishOutcome.Accepted, 0, "");
        _broker.Connect();
        publisher.Event(Event(1), null);
        await UntilAsync(() => Arrived().Count > 0);
        Assert.Equal(1, _spool!.Stats().Depth);
        onvif = true;
        await UntilAsync(() => _spool!.Stats().Depth == 0);
        Assert.NotEmpty(_broker.Payloads("edgepose/hall-pi/onvif-mj/VideoAnalytics/front/EdgePose"));
    }
}
