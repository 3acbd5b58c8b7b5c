using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

/// <summary>Brokers that lack a part of what CONNECT asks for: the connection stands all the same, and the log says what is missing.</summary>
public sealed class OfferTests
{
    private static readonly MqttWill Will = new("hall/availability", "offline"u8.ToArray(), TimeSpan.Zero);

    private static MqttSettings At(ScriptedBroker broker, bool fallsBack = true) => new()
    {
        Host = "127.0.0.1", Port = broker.Port, ClientId = "edgepose-hall", FallsBack = fallsBack, BackoffMin = TimeSpan.FromMilliseconds(100),
        AnswerTimeout = TimeSpan.FromSeconds(5),
    };

    private static byte[] Refused5(byte code) => [0x20, 3, 0, code, 0];

    /// <summary>Hangs up, as RabbitMQ 3.10; says so in MQTT 5; says so in MQTT 3.1.1.</summary>
    [Theory]
    [InlineData("hangs up")]
    [InlineData("0x84")]
    [InlineData("0x01")]
    public async Task BrokerOfVersion311_IsSpokenToInItAndTheLogSaysSo(string how)
    {
        await using var broker = new ScriptedBroker(c => c.Level == 4 ? ScriptedBroker.Accepted311 : how switch
        {
            "hangs up" => null,
            "0x84" => Refused5(0x84),
            _ => [0x20, 2, 0, 1],
        });
        await using var client = Start(At(broker), Will);
        await client.UntilAsync(BrokerState.Connected);

        Assert.Equal(MqttVersion.V311, client.Transport.Version);
        Assert.DoesNotContain(client.States, s => s.State is not (BrokerState.Connected or BrokerState.Connecting));
        Assert.Single(client.Log.All, l => l.StartsWith("422 ", StringComparison.Ordinal));
        Assert.InRange(broker.Connects.Count(c => c.Level == 5), 1, 2);
    }

    [Fact]
    public async Task BrokerThatHangsUpOnceWhileItStarts_IsSpokenToInVersion5()
    {
        var connects = 0;
        await using var broker = new ScriptedBroker(c => Interlocked.Increment(ref connects) == 1 ? null : c.Level == 5 ? ScriptedBroker.Accepted5 : ScriptedBroker.Accepted311);
        await using var client = Start(At(broker), Will);
        await client.UntilAsync(BrokerState.Connected);

        Assert.Equal([5, 5], broker.Connects.Select(c => c.Level));
    }

    [Fact]
    public async Task Version5Asked_NothingFallsBackAndTheReasonNamesTheOtherOne()
    {
        await using var broker = new ScriptedBroker(c => c.Level == 5 ? null : ScriptedBroker.Accepted311);
        await using var client = Start(At(broker, fallsBack: false), Will);

        Assert.Contains("set the protocol to 3.1.1", (await client.UntilAsync(BrokerState.Refused)).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(broker.Connects, c => c.Level == 4);
    }

    [Fact]
    public async Task WrongPasswordOnABrokerOfVersion311_IsWhatIsReported()
    {
        await using var broker = new ScriptedBroker(c => c.Level == 5 ? null : [0x20, 2, 0, 4]);
        await using var client = Start(At(broker), Will);

        await client.UntilAsync(BrokerState.BadCredentials);
    }

    [Fact]
    public async Task NoRetainedMessages_TheWillGoesWithoutTheFlagAndTheLogSaysSo()
    {
        // 0x25 0: Retain Available.
        await using var broker = new ScriptedBroker(c => c.WillRetain ? Refused5(0x9A) : [0x20, 5, 0, 0, 2, 0x25, 0]);
        await using var client = Start(At(broker), Will);
        await client.UntilAsync(BrokerState.Connected);

        Assert.Equal([(true, true), (true, false)], broker.Connects.Select(c => (c.HasWill, c.WillRetain)));
        Assert.Single(client.Log.All, l => l.StartsWith("423 ", StringComparison.Ordinal));
        Assert.Single(client.Log.All, l => l.StartsWith("421 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoQos1_TheWillGoesWithQos0AndTheLogSaysSo()
    {
        // 0x24 0: Maximum QoS.
        await using var broker = new ScriptedBroker(c => c.WillQos > 0 ? Refused5(0x9B) : [0x20, 5, 0, 0, 2, 0x24, 0]);
        await using var client = Start(At(broker), Will);
        await client.UntilAsync(BrokerState.Connected);

        Assert.Equal([(true, 1), (true, 0)], broker.Connects.Select(c => (c.HasWill, c.WillQos)));
        Assert.Single(client.Log.All, l => l.StartsWith("423 ", StringComparison.Ordinal));
    }

    /// <summary>Three short connections in a row are a sign of a second client only when nobody says why they ended.</summary>
    [Theory]
    [InlineData(0x8B, false)]
    [InlineData(0x89, false)]
    [InlineData(0, true)]
    public async Task EndsSoonAfterConnecting_TheOtherClientIsSuspectedOnlyWithoutAReason(byte code, bool isSuspected)
    {
        await using var broker = new ScriptedBroker(_ => ScriptedBroker.Accepted5, async stream =>
        {
            if (code != 0) { await stream.WriteAsync(new byte[] { 0xE0, 2, code, 0 }); }
        });
        await using var client = Start(At(broker) with { BackoffAway = TimeSpan.FromMilliseconds(100), BackoffMax = TimeSpan.FromMilliseconds(100) }, Will);
        await Tools.UntilAsync(() => client.States.Count(s => s.State == BrokerState.Lost) >= 4, "it does not come back");

        Assert.Equal(isSuspected, client.States.Any(s => s.Reason.Contains("does another client use the id", StringComparison.Ordinal)));
        if (code != 0) { Assert.All(client.States.Where(s => s.State == BrokerState.Lost), s => Assert.Equal(code, s.Code)); }
    }

    /// <summary>What is thrown by those who are told, or who are asked for the will, costs a connection and not the thread.</summary>
    [Theory]
    [InlineData("will")]
    [InlineData("status")]
    [InlineData("message")]
    public async Task WhoeverThrows_TheTransportGoesOn(string seam)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var (calls, received) = (0, 0);
        await using var client = new TransportFixture(To(broker));
        void Throw(string at)
        {
            if (at == seam && Interlocked.Increment(ref calls) <= 3) { throw new InvalidOperationException($"a defect in {seam}"); }
        }
        client.Transport.StatusChanged += _ => Throw("status");
        client.Transport.MessageReceived += _ => { Throw("message"); Interlocked.Increment(ref received); };
        client.Transport.Start(() => { Throw("will"); return null; });

        await Tools.UntilAsync(async () =>
        {
            if (!client.Transport.Status.IsConnected) { return false; }
            await client.Transport.SubscribeAsync("a", MqttQos.AtLeastOnce);
            await client.Transport.PublishAsync(Message("a", "1"));
            return Volatile.Read(ref received) > 0;
        }, () => $"it does not go on: {string.Join(", ", client.States)}");
        Assert.True(Volatile.Read(ref calls) >= 3, "nothing was thrown");
    }

    /// <summary>A retained message that comes while we listen says so: a command of that kind must not be taken for one of this moment.</summary>
    [Fact]
    public async Task RetainedMessage_WhileSubscribed_KeepsItsFlagAndOldOnesAreNotSent()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var other = Start(To(broker) with { ClientId = "other" });
        await other.UntilAsync(BrokerState.Connected);
        Assert.True((await other.Transport.PublishAsync(Message("command/old", "old", retain: true))).IsSuccess);
        await using var client = Start(To(broker));
        await client.UntilAsync(BrokerState.Connected);
        Assert.True((await client.Transport.SubscribeAsync("command/+", MqttQos.AtLeastOnce)).IsSuccess);

        await other.Transport.PublishAsync(Message("command/reload", "kept", retain: true));
        await other.Transport.PublishAsync(Message("command/reload", "now"));
        await Tools.UntilAsync(() => client.Received.Count >= 2, "nothing came");

        Assert.Equal([("kept", true), ("now", false)], client.Received.Select(m => (System.Text.Encoding.UTF8.GetString(m.Payload.Span), m.Retain)));
    }
}
