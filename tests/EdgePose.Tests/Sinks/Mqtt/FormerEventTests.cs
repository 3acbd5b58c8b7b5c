using System.Text;
using EdgePose.Delivery;
using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Sinks.Mqtt;
using EdgePose.TestSupport;
using EdgePose.Tests.Delivery;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>An upgrade: what the spool accepted as finished messages, before events were kept as such, arrives all the same.</summary>
public sealed class FormerEventTests : IDisposable
{
    private const int Waiting = 40;
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-former-").FullName;
    private readonly FakeTransport _broker = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private DurableSpool Open(string reader = "mqtt") => DurableSpool.Open(
        new SpoolSettings { Folder = _folder, Readers = [reader] }, TimeProvider.System, () => true, NullLogger<DurableSpool>.Instance);

    /// <summary>The run of the former program: two streams by turns, as many records as may be out at once and more.</summary>
    private async Task AcceptAsync(params byte[][] more)
    {
        await using var spool = Open();
        for (var n = 1; n <= Waiting; n++) { await AppendAsync(spool, FormerRecord.Event(n, StreamOf(n)), StreamOf(n)); }
        foreach (var record in more) { await AppendAsync(spool, record, "front"); }
    }

    private static async Task AppendAsync(DurableSpool spool, byte[] record, string stream) =>
        Assert.Equal(AppendOutcome.Durable, await spool.Append(stream, DateTimeOffset.UtcNow, record).Completed);

    private static string StreamOf(int n) => n % 2 == 0 ? "front" : "yard";

    private static async Task UntilAsync(Func<bool> condition)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), "it did not come to that");
            await Task.Delay(5);
        }
    }

    private async Task DeliverAsync(Action<Publication> also, Func<bool>? until = null)
    {
        await using var spool = Open();
        await using var publication = new Publication(
            new PublicationOptions { Prefix = "edgepose", Node = "hall-pi", MaxRate = 10, Spool = spool }, _broker, TimeProvider.System,
            NullLogger<Publication>.Instance, () => true, s => s);
        publication.Start();
        also(publication);
        _broker.Connect();
        await UntilAsync(() => spool.Stats().Depth == 0 && (until is null || until()));
    }

    [Fact]
    public async Task Waiting_ArriveOnceInOrderByteForByteUnderTheirTopicsBeforeNewOnes()
    {
        await AcceptAsync();
        await DeliverAsync(p => p.Event(new PoseEvent
        {
            Stream = "front", Epoch = 1, Type = EventType.StreamLost, Phase = EventPhase.Start, Key = "front/stream/1", Rule = "stream",
            Time = DateTimeOffset.UtcNow, Microseconds = 1, Reason = "new",
        }, null));

        foreach (var stream in (string[])["front", "yard"])
        {
            var numbers = Enumerable.Range(1, Waiting).Where(n => StreamOf(n) == stream).ToList();
            Assert.Equal(numbers.Select(n => FormerRecord.Body(n, stream, late: true)), _broker.Payloads(FormerRecord.Topic(stream)));
            Assert.Equal(numbers.Select(FormerRecord.SecondBody), _broker.Payloads(FormerRecord.Second(stream)));
        }
        var sent = _broker.Sent.First(m => m.Topic == FormerRecord.Topic("front"));
        Assert.Equal((MqttQos.AtLeastOnce, false, "application/json", true), (sent.Qos, sent.Retain, sent.Properties.ContentType, sent.Properties.Utf8));
        Assert.Equal(
            [new("schema", "edgepose.event/1"), new("id", FormerRecord.Id(2, "front")), new("seq", "2"), new("replayed", "true")], sent.Properties.User);
        Assert.InRange(sent.Properties.Expiry!.Value, TimeSpan.FromDays(6), TimeSpan.FromDays(7));
        var topics = _broker.Sent.Select(m => m.Topic).Where(t => t.EndsWith("/front/events", StringComparison.Ordinal)).ToList();
        Assert.Equal("edgepose/hall-pi/streams/front/events", topics[^1]);
        Assert.Single(topics, "edgepose/hall-pi/streams/front/events");
    }

    [Fact]
    public async Task LostOnTheWay_IsSentAgainWithTheSameId()
    {
        await AcceptAsync();
        var lose = true;
        _broker.Answer = topic => lose && topic == FormerRecord.Second("front") ? PublishResult.Lost : new(PublishOutcome.Accepted, 0, "");
        var delivery = DeliverAsync(_ => { });
        await UntilAsync(() => _broker.Payloads(FormerRecord.Second("front")).Count > 0);
        lose = false;
        await delivery;

        var front = Enumerable.Range(1, Waiting).Where(n => StreamOf(n) == "front").Select(n => FormerRecord.Body(n, "front", late: true)).ToHashSet();
        Assert.True(_broker.Payloads(FormerRecord.Topic("front")).Count > front.Count);
        Assert.Equal(front, _broker.Payloads(FormerRecord.Topic("front")).ToHashSet());
    }

    [Fact]
    public async Task UnknownVersion_IsADeadLetterWithItsReasonAndNamedInAGap()
    {
        await AcceptAsync([3, 1, 2, 3]);
        await DeliverAsync(_ => { }, () => _broker.Payloads("edgepose/hall-pi/streams/front/events").Count > 0);

        Assert.Equal(Waiting, _broker.Payloads(FormerRecord.Topic("front")).Count + _broker.Payloads(FormerRecord.Topic("yard")).Count);
        var gap = Assert.Single(_broker.Payloads("edgepose/hall-pi/streams/front/events"));
        Assert.Contains($"\"first_seq\":{Waiting + 1},\"last_seq\":{Waiting + 1}", gap, StringComparison.Ordinal);
        var dead = Encoding.UTF8.GetString(await File.ReadAllBytesAsync(Path.Combine(_folder, "dead-letters-mqtt")));
        Assert.Contains("the record is of no version that this program knows", dead, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SinkWithoutABroker_LetsThemPass()
    {
        await AcceptAsync();
        // A folder without any cursor is read from its beginning.
        foreach (var cursor in Directory.GetFiles(_folder, "*cursor*")) { File.Delete(cursor); }
        await using var spool = Open("memory");
        Assert.Equal(Waiting, spool.Stats().Depth);
        var sink = new ThrowingSink { Events = EventPromise.Kept };
        await using var outbox = new Outbox(
            new OutboxSettings { Node = "hall-pi", MaxRate = 10, Spool = spool }, [sink], TimeProvider.System, NullLogger<Outbox>.Instance, () => true);
        outbox.Start();
        await UntilAsync(() => spool.Stats().Depth == 0);

        Assert.Equal((0L, 0), (spool.Stats().LostTotal, sink.Taken.Count(t => t.StartsWith("event", StringComparison.Ordinal))));
    }
}
