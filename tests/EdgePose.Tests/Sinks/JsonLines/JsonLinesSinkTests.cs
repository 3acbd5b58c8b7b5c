using System.Text;
using System.Text.Json;
using EdgePose.Delivery;
using EdgePose.Domain;
using EdgePose.Events.Rules;
using EdgePose.Sinks.JsonLines;
using EdgePose.Sinks.Mqtt;
using EdgePose.Tests.Sinks.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Sinks.JsonLines;

public sealed class JsonLinesSinkTests
{
    private const string Base = "edgepose/hall-pi/";

    private static Outbox Outbox(Stream output, double maxRate = 1e6)
    {
        var topics = new Topics("edgepose", "hall-pi");
        var messages = new MqttMessages(topics, new MqttSinkSettings { Prefix = "edgepose", Node = "hall-pi" }, []);
        return new Outbox(
            new OutboxSettings { Node = "hall-pi", MaxRate = maxRate }, [new JsonLinesSink(messages, output, TimeProvider.System, NullLogger<JsonLinesSink>.Instance)], TimeProvider.System, NullLogger<Outbox>.Instance, () => true);
    }

    private static PoseEvent Event(int n) => new()
    {
        Stream = "front", Epoch = 1, Type = LineRule.Crossed, Phase = EventPhase.Start, Key = $"front/door/{n}", Rule = "door", Time = Samples.Time,
        Microseconds = n, Reason = $"n{n}",
    };

    [Theory]
    [InlineData("{\"x\":[1,null]}", "{\"x\":[1,null]}")]
    [InlineData("3", "3")]
    [InlineData("online", "\"online\"")]
    [InlineData("", "\"\"")]
    [InlineData("{\"x\":", "\"{\\u0022x\\u0022:\"")]
    [InlineData("1 2", "\"1 2\"")]
    [InlineData("{\n}", "\"{\\n}\"")]
    public void Line_OfAnyPayload_IsOneJsonLine(string payload, string embedded)
    {
        using var line = new JsonLine();
        var text = Encoding.UTF8.GetString(line.Render(new MqttMessage("a/b", Encoding.UTF8.GetBytes(payload), MqttQos.AtLeastOnce, true, MqttProperties.None)));

        Assert.Equal($$"""{"topic":"a/b","qos":1,"retain":true,"payload":{{embedded}}}""" + "\n", text);
        using var document = JsonDocument.Parse(text);
    }

    [Fact]
    public async Task Everything_IsWrittenInOrderAsOnTheTopicsOfTheContractAndEndsWithOffline()
    {
        using var output = new MemoryStream();
        var outbox = Outbox(output);
        outbox.Start();
        outbox.SetInfo(Samples.Info);
        outbox.SetStatus(Samples.Ok);
        outbox.SetStream("front", Samples.Online, default);
        for (var i = 0; i < 3; i++) { outbox.Event(Event(i), null); }
        outbox.Poses(Samples.Report(TimeProvider.System, 2));
        await outbox.StopAsync(CancellationToken.None);

        var lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        IReadOnlyList<JsonElement> Of(string topic) => [.. lines.Where(l => l.GetProperty("topic").GetString() == Base + topic)];
        Assert.Equal(["online", "offline"], Of("availability").Select(l => l.GetProperty("payload").GetString()));
        Assert.Equal(["online", "offline"], Of("streams/front/availability").Select(l => l.GetProperty("payload").GetString()));
        Assert.Equal(["n0", "n1", "n2"], Of("streams/front/events").Select(l => l.GetProperty("payload").GetProperty("reason").GetString()));
        Assert.Equal([1L, 2, 3], Of("streams/front/events").Select(l => l.GetProperty("payload").GetProperty("seq").GetInt64()));
        Assert.Equal((0, false), (Of("streams/front/poses").Single().GetProperty("qos").GetInt32(), Of("streams/front/poses").Single().GetProperty("retain").GetBoolean()));
        Assert.Single(Of("info"));
        Assert.Equal(2, Of("streams/front/people").Single().GetProperty("payload").GetInt32());
    }

    [Fact]
    public async Task Line_IsFlushedAtOnce()
    {
        using var file = new MemoryStream();
        using var output = new BufferedStream(file, 1 << 20);
        await using var outbox = Outbox(output);
        outbox.Start();
        outbox.SetInfo(Samples.Info);
        for (var i = 0; i < 3000 && file.Length == 0; i++) { await Task.Delay(10); }
        Assert.NotEqual(0, file.Length);
    }

    [Fact]
    public async Task OutputThatNobodyReads_HoldsUpNeitherTheCallerNorTheStop()
    {
        using var output = new Stuck();
        var outbox = Outbox(output);
        outbox.Start();
        outbox.SetInfo(Samples.Info);
        Assert.True(output.IsBlocked.Wait(TimeSpan.FromSeconds(30)));

        // On this thread, as inference would: were anything waited for, the test would not come back.
        for (var i = 0; i < 500; i++)
        {
            outbox.Poses(Samples.Report(TimeProvider.System, 1, sequence: i));
            outbox.Event(Event(i), null);
        }
        Assert.True(outbox.Sinks[0].Stats.QueueFull > 300);
        Assert.True(outbox.Sinks[0].Events.GivenUp > 200);

        await outbox.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        output.Release();
    }

    [Fact]
    public async Task OutputClosed_EndsTheSinkWithAReason()
    {
        using var output = new ClosedPipe();
        await using var outbox = Outbox(output);
        outbox.Start();
        outbox.SetInfo(Samples.Info);

        await outbox.Ended.WaitAsync(TimeSpan.FromSeconds(30));

        var status = outbox.Sinks[0].Status;
        Assert.Equal(("closed", false), (status.State, status.IsReady));
        Assert.Contains("broken pipe", status.Reason, StringComparison.Ordinal);
    }

    /// <summary>ENOSPC, EAGAIN, and what no stream should throw.</summary>
    [Theory]
    [InlineData(28)]
    [InlineData(11)]
    [InlineData(0)]
    public async Task OutputThatFailsForAWhile_TheSinkGoesOnAndTheNextLineIsWhole(int error)
    {
        using var output = new Failing(error, faults: 3);
        var outbox = Outbox(output);
        outbox.Start();
        outbox.SetZone("front", "door", 7);
        await UntilAsync(() => output.Text.Contains("\"payload\":7}", StringComparison.Ordinal));
        await outbox.StopAsync(CancellationToken.None);

        Assert.False(outbox.Ended.IsCompleted);
        // What was cut off is a line of its own, which no reader takes for a message.
        var lines = output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Count(l => !l.EndsWith('}')));
        Assert.Contains(lines, l => l.EndsWith("/streams/front/zones/door\",\"qos\":1,\"retain\":true,\"payload\":7}", StringComparison.Ordinal));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "it did not come to that");
            await Task.Delay(5);
        }
    }

    /// <summary>Takes a part of a line and fails, as a full disk does.</summary>
    private sealed class Failing(int error, int faults) : MemoryStream
    {
        private readonly Lock _gate = new();
        private int _faults = faults;

        public string Text { get { lock (_gate) { return Encoding.UTF8.GetString(ToArray()); } } }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            lock (_gate)
            {
                if (buffer.Length == 1 || _faults-- <= 0)
                {
                    base.Write(buffer);
                    return;
                }
                base.Write(buffer[..10]);
                throw error == 0 ? new InvalidOperationException("a defect") : new IOException("fails", error);
            }
        }
    }

    private sealed class ClosedPipe : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("broken pipe");
    }

    /// <summary>A pipe that is full and has a reader who does not read.</summary>
    private sealed class Stuck : MemoryStream
    {
        private readonly ManualResetEventSlim _released = new();

        public ManualResetEventSlim IsBlocked { get; } = new();

        public void Release() => _released.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            IsBlocked.Set();
            _released.Wait();
        }
    }
}
