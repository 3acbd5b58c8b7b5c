using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

/// <summary>ws:// and wss:// against mosquitto's own WebSocket listener.</summary>
public sealed class WebSocketTests : IDisposable
{
    private readonly TestCa _ca = new();

    public void Dispose() => _ca.Dispose();

    /// <summary>The plain listener stays for the subscriber; options of a listener follow it.</summary>
    private static async Task<(MosquittoBroker Broker, MqttSettings Options)> StartAsync(string listener = "")
    {
        var port = Tools.FreePort();
        var broker = await MosquittoBroker.StartAsync(new BrokerOptions { Extra = $"listener {port} 127.0.0.1\nprotocol websockets\nallow_anonymous true\n{listener}" });
        return (broker, To(broker) with { Port = port, WebSocketPath = "/mqtt" });
    }

    private string Secure(bool requireClient = false)
    {
        var (cert, key) = _ca.Issue("server", ["127.0.0.1"]);
        return $"cafile {_ca.CaFile}\ncertfile {cert}\nkeyfile {key}\n{(requireClient ? "require_certificate true" : "")}";
    }

    [Theory]
    [InlineData(MqttVersion.V5)]
    [InlineData(MqttVersion.V311)]
    internal async Task Publish_OverAWebSocket_ReachesASubscriberOverTcp(MqttVersion version)
    {
        var (broker, options) = await StartAsync();
        await using var _ = broker;
        await using var sub = await MosquittoSub.StartAsync(broker);
        await using var client = Start(options with { Version = version });
        await client.UntilAsync(BrokerState.Connected);

        Assert.True((await client.Transport.PublishAsync(Message("a/b", new string('x', 100_000)))).IsSuccess);
        Assert.True((await client.Transport.PublishAsync(Message("a/c", "poses", MqttQos.AtMostOnce))).IsSuccess);

        await sub.WaitForAsync(m => m.Topic == "a/b" && m.Payload.Length == 100_000);
        await sub.WaitForAsync("a/c", "poses");
    }

    [Fact]
    public async Task Disconnect_OverAWebSocket_DiscardsTheWillAndDisposeAloneDoesNot()
    {
        var (broker, options) = await StartAsync();
        await using var _ = broker;
        await using var sub = await MosquittoSub.StartAsync(broker);
        var will = new MqttWill("will", "gone"u8.ToArray(), TimeSpan.Zero);
        await using (var clean = Start(options, will))
        {
            await clean.UntilAsync(BrokerState.Connected);
            await clean.Transport.DisconnectAsync(CancellationToken.None);
        }
        await using (var other = Start(options))
        {
            await other.UntilAsync(BrokerState.Connected);
            await other.Transport.PublishAsync(Message("marker", "end"));
            await sub.WaitForAsync("marker", "end");
        }
        Assert.DoesNotContain(sub.Seen, m => m.Topic == "will");

        await using (var abrupt = Start(options, will)) { await abrupt.UntilAsync(BrokerState.Connected); }

        await sub.WaitForAsync("will", "gone");
    }

    [Fact]
    public async Task Start_SecureWebSocketWithAPrivateCa_ConnectsAndKnowsTheCertificate()
    {
        var (broker, options) = await StartAsync(Secure());
        await using var _ = broker;
        await using var client = Start(options with { Tls = true, CaFile = _ca.CaFile });

        Assert.NotNull((await client.UntilAsync(BrokerState.Connected)).CertificateUntil);
        Assert.True((await client.Transport.PublishAsync(Message("a", "1"))).IsSuccess);
    }

    [Fact]
    public async Task Start_SecureWebSocketOfAnotherCa_SaysSoAndNeverConnects()
    {
        using var other = new TestCa("another-ca");
        var (broker, options) = await StartAsync(Secure());
        await using var _ = broker;
        await using var client = Start(options with { Tls = true, CaFile = other.CaFile });

        Assert.Contains($"not signed by the CA in {other.CaFile}", (await client.UntilAsync(BrokerState.TlsError)).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(client.States, s => s.State == BrokerState.Connected);
    }

    [Fact]
    public async Task Start_SecureWebSocketThatDemandsAClientCertificate_GetsItWithItsChain()
    {
        var (broker, options) = await StartAsync(Secure(requireClient: true));
        await using var _ = broker;
        var (cert, key) = _ca.IssueThroughIntermediate("client", []);
        await using var client = Start(options with { Tls = true, CaFile = _ca.CaFile, CertFile = cert, KeyFile = key });
        await using var without = Start(options with { Tls = true, CaFile = _ca.CaFile, ClientId = "other" });

        await client.UntilAsync(BrokerState.Connected);
        Assert.Contains("demands a client certificate", (await without.UntilAsync(BrokerState.TlsError)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokerKilledAndBack_OverAWebSocket_IsNoticedAndConnectsAgain()
    {
        var (broker, options) = await StartAsync();
        await using var _ = broker;
        await using var client = Start(options);
        await client.UntilAsync(BrokerState.Connected);

        broker.Kill();
        await client.UntilAsync(BrokerState.Lost);
        await broker.RestartAsync();

        await Tools.UntilAsync(() => client.Transport.Status.IsConnected, "no reconnect");
    }

    [Fact]
    public async Task BrokerFrozen_OverAWebSocket_StopEnds()
    {
        var (broker, options) = await StartAsync();
        await using var _ = broker;
        await using var client = Start(options);
        await client.UntilAsync(BrokerState.Connected);
        broker.Freeze();
        try { await client.Transport.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)); }
        finally { broker.Thaw(); }

        Assert.Equal(BrokerState.Closed, client.Transport.Status.State);
    }

    /// <summary>Any web server.</summary>
    [Fact]
    public async Task Start_WebServerWithoutMqtt_NamesItsAnswer()
    {
        using var listener = new System.Net.HttpListener();
        var port = Tools.FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var serving = Task.Run(async () =>
        {
            var context = await listener.GetContextAsync();
            context.Response.StatusCode = 404;
            context.Response.Close();
        });
        await using var client = Start(new MqttSettings { Host = "127.0.0.1", Port = port, ClientId = "x", WebSocketPath = "/wrong" });

        Assert.Contains("/wrong with HTTP 404", (await client.UntilAsync(BrokerState.Refused)).Reason, StringComparison.Ordinal);
        await serving;
    }
}
