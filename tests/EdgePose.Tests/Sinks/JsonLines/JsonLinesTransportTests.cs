using System.Text;
using System.Text.Json;
using EdgePose.Sinks.JsonLines;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Tests.Sinks.JsonLines;

public sealed class JsonLinesTransportTests
{
    private static async Task<string[]> WriteAsync(params string[] payloads)
    {
        using var output = new MemoryStream();
        await using var transport = new JsonLinesTransport(output);
        transport.Start(() => null);
        foreach (var payload in payloads)
        {
            var message = new MqttMessage("a/b", Encoding.UTF8.GetBytes(payload), MqttQos.AtLeastOnce, true, MqttProperties.None);
            Assert.True((await transport.PublishAsync(message)).IsSuccess);
        }
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Theory]
    [InlineData("{\"x\":[1,null]}", "{\"x\":[1,null]}")]
    [InlineData("3", "3")]
    [InlineData("online", "\"online\"")]
    [InlineData("", "\"\"")]
    [InlineData("{\"x\":", "\"{\\u0022x\\u0022:\"")]
    [InlineData("1 2", "\"1 2\"")]
    [InlineData("{\n}", "\"{\\n}\"")]
    public async Task Publish_AnyPayload_IsOneJsonLine(string payload, string embedded)
    {
        var line = Assert.Single(await WriteAsync(payload));

        Assert.Equal($$"""{"topic":"a/b","qos":1,"retain":true,"payload":{{embedded}}}""", line);
        using var document = JsonDocument.Parse(line);
    }

    [Fact]
    public async Task Publish_Several_KeepTheirOrder() => Assert.Equal(3, (await WriteAsync("1", "2", "3")).Length);

    [Fact]
    public async Task Publish_OutputClosed_IsLostAndClosesWithAReason()
    {
        await using var transport = new JsonLinesTransport(new ClosedPipe());
        var states = new List<BrokerStatus>();
        transport.StatusChanged += states.Add;
        transport.Start(() => null);

        var first = await transport.PublishAsync(new MqttMessage("a", "1"u8.ToArray(), MqttQos.AtMostOnce, false, MqttProperties.None));
        var second = await transport.PublishAsync(new MqttMessage("a", "1"u8.ToArray(), MqttQos.AtMostOnce, false, MqttProperties.None));

        Assert.Equal((PublishOutcome.ConnectionLost, PublishOutcome.NotConnected), (first.Outcome, second.Outcome));
        Assert.Equal([BrokerState.Connected, BrokerState.Closed], states.Select(s => s.State));
        Assert.Contains("broken pipe", states[1].Reason, StringComparison.Ordinal);
    }

    private sealed class ClosedPipe : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("broken pipe");
    }
}
