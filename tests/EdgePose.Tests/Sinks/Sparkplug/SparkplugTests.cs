using System.Text;
using EdgePose.Delivery;
using EdgePose.Delivery.Documents;
using EdgePose.Delivery.Memory;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Sparkplug;
using EdgePose.TestSupport;
using EdgePose.Tests.Delivery.Spool;
using EdgePose.Tests.Sinks.Mqtt;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Sinks.Sparkplug;

public sealed class SparkplugTests : IAsyncDisposable
{
    private readonly FakeTransport _broker = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Announced _memory;
    private readonly SparkplugNode _node;

    public SparkplugTests()
    {
        _memory = new Announced(null, _time, NullLogger<Announced>.Instance);
        _node = new SparkplugNode(new SparkplugTopics("site", "hall-pi"), _broker, "1.2.3", _memory, _time, NullLogger<SparkplugNode>.Instance, s => s);
        _node.Start();
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    /// <summary>
    /// A payload as an independent reader sees it: field numbers and wire types only, named by the table of the specification
    /// (Sparkplug 3.0, 6.4; eclipse-tahu/tahu:sparkplug_b/sparkplug_b.proto). Unknown fields are an error.
    /// </summary>
    private sealed record Seen(ulong Timestamp, ulong? Seq, IReadOnlyDictionary<string, object?> Metrics)
    {
        public static Seen Read(ReadOnlyMemory<byte> payload)
        {
            var input = new CodedInputStream(payload.ToArray());
            var (timestamp, seq, metrics) = (0UL, (ulong?)null, new Dictionary<string, object?>(StringComparer.Ordinal));
            while (input.ReadTag() is var tag and not 0)
            {
                switch (tag)
                {
                    case 1 << 3: timestamp = input.ReadUInt64(); break;
                    case (2 << 3) | 2:
                        var (name, value) = Metric(input.ReadBytes());
                        metrics.Add(name, value);
                        break;
                    case 3 << 3: seq = input.ReadUInt64(); break;
                    default: throw new InvalidDataException($"field {tag >> 3} is no field of a payload");
                }
            }
            return new Seen(timestamp, seq, metrics);
        }

        private static (string, object?) Metric(ByteString bytes)
        {
            var input = bytes.CreateCodedInput();
            var (name, type, isNull, time) = ("", 0u, false, 0UL);
            object? value = null;
            while (input.ReadTag() is var tag and not 0)
            {
                switch (tag)
                {
                    case (1 << 3) | 2: name = input.ReadString(); break;
                    case 3 << 3: time = input.ReadUInt64(); break;
                    case 4 << 3: type = input.ReadUInt32(); break;
                    case 5 << 3: Assert.True(input.ReadBool()); break;
                    case 7 << 3: isNull = input.ReadBool(); break;
                    case 11 << 3: value = input.ReadUInt64(); break;
                    case (13 << 3) | 1: value = input.ReadDouble(); break;
                    case 14 << 3: value = input.ReadBool(); break;
                    case (15 << 3) | 2: value = input.ReadString(); break;
                    default: throw new InvalidDataException($"field {tag >> 3} is no field of a metric that we use");
                }
            }
            Assert.NotEqual(0UL, time);
            // The code of the data type must agree with the field that holds the value.
            Assert.True(isNull == value is null);
            Assert.True(value is null || type == value switch { ulong => type is 4 or 8 ? type : 0, double => 10, bool => 11, _ => 12 });
            return (name, value);
        }
    }

    private List<(string Topic, Seen Seen)> Sent() => [.. _broker.Sent.Select(m => (m.Topic, Seen.Read(m.Payload)))];

    private void Online(string id = "front") => _node.SetStream(id, Samples.Online, new StreamFigures(5, 4.96, 100, 1, 88.04, 2));

    [Fact]
    public void Connect_SaysTheNodesBirthFirstThenTheDevicesWithNumbersFromZero()
    {
        Online();
        _broker.Connect();
        var sent = Sent();
        Assert.Equal(["spBv1.0/site/NBIRTH/hall-pi", "spBv1.0/site/DBIRTH/hall-pi/front"], sent.Select(s => s.Topic));
        Assert.Equal([0UL, 1UL], sent.Select(s => s.Seen.Seq!.Value));
        Assert.Equal(0UL, sent[0].Seen.Metrics["bdSeq"]);
        Assert.Equal(false, sent[0].Seen.Metrics["Node Control/Rebirth"]);
        Assert.Equal(("online", 5.0, 88.0), ((string)sent[1].Seen.Metrics["Stream/State"]!, (double)sent[1].Seen.Metrics["Stream/Frames per second"]!,
            (double)sent[1].Seen.Metrics["Stream/Frame age p99 ms"]!));
        Assert.Null(sent[1].Seen.Metrics["Event/Type"]);
        Assert.All(_broker.Sent, m => Assert.Equal((MqttQos.AtMostOnce, false), (m.Qos, m.Retain)));
    }

    [Fact]
    public void Will_IsTheDeathWithTheNumberOfItsBirthAndNotRetained()
    {
        for (var life = 0UL; life < 3; life++)
        {
            _broker.Forget();
            _broker.Connect();
            var will = _broker.Will!;
            Assert.Equal(("spBv1.0/site/NDEATH/hall-pi", false, TimeSpan.Zero), (will.Topic, will.Retain, will.Delay));
            Assert.Equal(life, Seen.Read(will.Payload).Metrics["bdSeq"]);
            Assert.Null(Seen.Read(will.Payload).Seq);
            Assert.Equal(life, Sent()[0].Seen.Metrics["bdSeq"]);
            _broker.Fail(BrokerState.Lost, "gone");
        }
    }

    /// <summary>A reload makes a new node on the same memory; a restart reads it from the disk.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BirthNumber_OverReloadsAndRestarts_IsCountedOnAndWrapsAfter255(bool isRestart)
    {
        var disk = new FaultyDisk();
        Announced Memory() => new(new TwinFile(disk, "/spool/memory", "announced"), _time, NullLogger<Announced>.Instance);
        var memory = Memory();
        for (var life = 0; life < 260; life++)
        {
            var broker = new FakeTransport();
            var node = new SparkplugNode(new SparkplugTopics("site", "hall-pi"), broker, "1.2.3", memory, _time, NullLogger<SparkplugNode>.Instance, s => s);
            node.Start();
            broker.Connect();
            var expected = (ulong)(life % 256);
            Assert.Equal(expected, Seen.Read(broker.Will!.Payload).Metrics["bdSeq"]);
            Assert.Equal(expected, Seen.Read(broker.Sent[0].Payload).Metrics["bdSeq"]);
            await node.DisposeAsync();
            if (!isRestart) { continue; }
            // The power goes right after the connection was made: its number was on disk before.
            disk.PowerCut(new Random(life));
            memory = Memory();
        }
    }

    [Fact]
    public void BirthNumber_OfAnotherNodeOrGroup_IsItsOwn()
    {
        _broker.Connect();
        var other = new FakeTransport();
        new SparkplugNode(new SparkplugTopics("site", "door-pi"), other, "1.2.3", _memory, _time, NullLogger<SparkplugNode>.Instance, s => s).Start();
        other.Connect();
        Assert.Equal(0UL, Seen.Read(other.Sent[0].Payload).Metrics["bdSeq"]);
    }

    /// <summary>Events and states come on different ways: the event that a change of state raises can come after it.</summary>
    [Fact]
    public void Event_ThatComesAfterTheDeathOrBeforeTheBirth_FollowsTheBirth()
    {
        _broker.Connect();
        _node.Event(Stamped(1));
        Online();
        Assert.Equal(["NBIRTH/hall-pi", "DBIRTH/hall-pi/front", "DDATA/hall-pi/front"], Sent().Select(s => s.Topic["spBv1.0/site/".Length..]));
        Assert.Equal("hall-pi/7f3a01/front/000001", Sent()[2].Seen.Metrics["Event/Id"]);
        _broker.Forget();
        _node.SetStream("front", Samples.Online with { State = StreamState.Stalled }, default);
        _node.Event(Stamped(2));
        _node.Event(Stamped(3));
        Online();
        _node.Event(Stamped(4));
        Assert.Equal(["DDEATH/hall-pi/front", "DBIRTH/hall-pi/front", "DDATA/hall-pi/front", "DDATA/hall-pi/front", "DDATA/hall-pi/front"],
            Sent().Select(s => s.Topic["spBv1.0/site/".Length..]));
        Assert.Equal([2, 3, 4], Sent().Skip(2).Select(s => int.Parse(((string)s.Seen.Metrics["Event/Id"]!)[^6..], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(0, _node.Failed);
    }

    [Fact]
    public void Events_BeforeABirthThatDoesNotCome_AreBoundedAndCounted()
    {
        _broker.Connect();
        for (var i = 1; i <= 100; i++) { _node.Event(Stamped(i)); }
        Assert.Equal(36, _node.Failed);
        Online();
        Assert.Equal(64, Sent().Count(s => s.Topic.Contains("/DDATA/", StringComparison.Ordinal)));
    }

    private static StampedEvent Stamped(int seq) => new(
        new PoseEvent
        {
            Stream = "front", Epoch = 1, Type = EventType.StreamLost, Phase = EventPhase.Start, Key = "front/stream/5", Rule = "stream", Time = Samples.Time,
            Microseconds = 1, Reason = "gone",
        }, new EventStamp("hall-pi", "7f3a01", seq, true, null), IsLate: false, Left: null);

    [Fact]
    public void Stream_LostAndBack_DiesAndIsBornAgain()
    {
        Online();
        _broker.Connect();
        _broker.Forget();
        _node.SetStream("front", Samples.Online with { State = StreamState.Stalled }, default);
        _node.SetPeople("front", 3);
        Online();
        Assert.Equal(["spBv1.0/site/DDEATH/hall-pi/front", "spBv1.0/site/DBIRTH/hall-pi/front"], Sent().Select(s => s.Topic));
        Assert.Equal(3UL, Sent()[1].Seen.Metrics["People"]);
        Assert.Equal([2UL, 3UL], Sent().Select(s => s.Seen.Seq!.Value));
    }

    [Fact]
    public void Data_IsSentOnChangeOnlyAndItsNumberWrapsAfter255()
    {
        Online();
        _broker.Connect();
        _broker.Forget();
        for (var i = 1; i <= 300; i++)
        {
            _node.SetPeople("front", i);
            _node.SetPeople("front", i);
        }
        var sent = Sent();
        Assert.Equal(300, sent.Count);
        Assert.Equal(Enumerable.Range(2, 300).Select(i => (ulong)(i % 256)), sent.Select(s => s.Seen.Seq!.Value));
    }

    [Fact]
    public void Event_OfABornDevice_CarriesTheSameIdAndDocumentAsTheEventTopic()
    {
        Online();
        _broker.Connect();
        _broker.Forget();
        var stamp = new EventStamp("hall-pi", "7f3a01", 9, true, null);
        var e = new PoseEvent
        {
            Stream = "front", Epoch = 1, Type = LineRule.Crossed, Phase = EventPhase.Start, Key = "front/door/1/5", Rule = "door", Time = Samples.Time,
            Microseconds = 1, Reason = "crossed", Track = 1, Line = "door", Direction = "left_to_right",
        };
        _node.Event(new StampedEvent(e, stamp, IsLate: false, Left: null));
        var metrics = Assert.Single(Sent()).Seen.Metrics;
        Assert.Equal(("hall-pi/7f3a01/front/000009", "line_cross", "start"), (metrics["Event/Id"], metrics["Event/Type"], metrics["Event/Phase"]));
        Assert.Equal(Encoding.UTF8.GetString(EventJson.Write(e, stamp, late: false)), metrics["Event/Document"]);
    }

    [Fact]
    public void Rebirth_AskedFor_BearsEverythingAnewFromZeroButNotForARetainedOrForeignMessage()
    {
        Online();
        _broker.Connect();
        _broker.Forget();
        var command = new EdgePose.Sinks.Sparkplug.Wire.Payload { Metrics = { MetricValues.Flag("Node Control/Rebirth", true) } }.ToByteArray();
        MqttMessage To(string topic, byte[] body, bool retain = false) => new(topic, body, MqttQos.AtLeastOnce, retain, MqttProperties.None);
        _broker.Deliver(To("spBv1.0/site/NCMD/hall-pi", command, retain: true));
        _broker.Deliver(To("spBv1.0/site/NCMD/other", command));
        _broker.Deliver(To("spBv1.0/site/NCMD/hall-pi", [0xff, 0xff]));
        Assert.Empty(_broker.Sent);

        _broker.Deliver(To("spBv1.0/site/NCMD/hall-pi", command));

        Assert.Equal([0UL, 1UL], Sent().Select(s => s.Seen.Seq!.Value));
        Assert.Equal(0UL, Sent()[0].Seen.Metrics["bdSeq"]);
    }

    [Fact]
    public async Task Stop_SaysTheDeathBeforeItGoes()
    {
        _broker.Connect();
        _broker.Forget();
        await _node.StopAsync(CancellationToken.None);
        Assert.Equal("spBv1.0/site/NDEATH/hall-pi", Assert.Single(_broker.Sent).Topic);
        Assert.True(_broker.WasDisconnected);
        Online();
        Assert.Single(_broker.Sent);
    }
}
