using System.Net;
using System.Net.Sockets;
using EdgePose.Peers;
using EdgePose.Sinks.Mqtt;
using static EdgePose.SystemTests.Publish.TransportFixture;

namespace EdgePose.SystemTests.Publish;

/// <summary>What goes over the socket, seen by a listener that speaks as much MQTT as a test needs.</summary>
public sealed class WireTests : IDisposable
{
    private static readonly byte[] Accepted311 = [0x20, 2, 0, 0];
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public WireTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    private MqttSettings Options => new()
    {
        Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port, ClientId = "edgepose-hall", Version = MqttVersion.V311,
        BackoffMin = TimeSpan.FromMilliseconds(100),
    };

    private async Task<TcpClient> AcceptAsync(byte[] answer)
    {
        var socket = await _listener.AcceptTcpClientAsync();
        await socket.GetStream().ReadAtLeastAsync(new byte[4096], 14);
        await socket.GetStream().WriteAsync(answer);
        return socket;
    }

    /// <summary>By default the library writes head and payload one after the other, which TCP_NODELAY makes two packets.</summary>
    [Fact]
    public async Task Publish_IsOneWrite()
    {
        await using var client = Start(Options);
        using var socket = await AcceptAsync(Accepted311);
        await client.UntilAsync(BrokerState.Connected);
        var (buffer, reads) = (new byte[4096], 0);
        for (var i = 0; i < 50; i++)
        {
            var reading = socket.GetStream().ReadAsync(buffer).AsTask();
            var sent = client.Transport.PublishAsync(Message("poses", new string('x', 800), MqttQos.AtMostOnce));
            reads += await reading == 2 + 2 + 5 + 800 + 1 ? 1 : 0;
            Assert.True((await sent).IsSuccess);
        }

        Assert.Equal(50, reads);
    }

    /// <summary>The library's own setting closes with RST, which throws away what the system has not sent yet.</summary>
    [Fact]
    public async Task Disconnect_BehindMuchThatIsNotReadYet_DeliversItAll()
    {
        await using var client = Start(Options);
        using var socket = await AcceptAsync(Accepted311);
        await client.UntilAsync(BrokerState.Connected);
        var sent = Enumerable.Range(0, 20).Select(_ => client.Transport.PublishAsync(Message("poses", new string('x', 1000), MqttQos.AtMostOnce))).ToArray();
        await Task.WhenAll(sent).WaitAsync(Tools.Patience);

        await client.Transport.DisconnectAsync(CancellationToken.None);
        await client.Transport.DisposeAsync();
        await Task.Delay(200);
        var (all, buffer, read) = (new MemoryStream(), new byte[4096], 0);
        while ((read = await socket.GetStream().ReadAsync(buffer)) > 0) { all.Write(buffer, 0, read); }

        Assert.Equal(20 * (1 + 2 + 2 + 5 + 1000) + 2, all.Length);
        Assert.Equal([0xE0, 0x00], all.ToArray()[^2..]);
    }

    [Fact]
    public async Task Connect_ListenerThatNeverAnswers_IsCancelledByTheStop()
    {
        await using var client = Start(Options);
        using var socket = await _listener.AcceptTcpClientAsync();

        await client.Transport.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(BrokerState.Closed, client.Transport.Status.State);
    }

    [Fact]
    public async Task Connect_ListenerThatNeverAnswers_IsUnreachableAfterTheAnswerTimeout()
    {
        await using var client = Start(Options with { AnswerTimeout = TimeSpan.FromSeconds(1) });

        Assert.Contains("does not answer CONNECT", (await client.UntilAsync(BrokerState.Unreachable)).Reason, StringComparison.Ordinal);
    }

    /// <summary>A broker that speaks MQTT 3.1.1 only may just hang up.</summary>
    [Fact]
    public async Task Connect_BrokerHangsUp_UnderVersion5TheOtherOneIsNamed()
    {
        await using var client = Start(Options with { Version = MqttVersion.V5 });
        using (var socket = await _listener.AcceptTcpClientAsync()) { await socket.GetStream().ReadAtLeastAsync(new byte[4096], 14); }

        Assert.Contains("set the protocol to 3.1.1", (await client.UntilAsync(BrokerState.Refused)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_WhatAnswersIsNotMqtt_IsRefusedAndTriedAgain()
    {
        await using var client = Start(Options);
        using (var first = await AcceptAsync("HTTP/1.1 400 Bad Request\r\nServer: with a name that is long enough for a packet\r\nConnection: close\r\n\r\n"u8.ToArray()))
        {
            Assert.Contains("does not answer with MQTT", (await client.UntilAsync(BrokerState.Refused)).Reason, StringComparison.Ordinal);
        }
        using var second = await AcceptAsync(Accepted311);

        await client.UntilAsync(BrokerState.Connected);
    }

    /// <summary>The library would make room for all of it first.</summary>
    [Fact(DisableParallelization = true)]
    public async Task Connect_AnswerThatAnnounces256MiB_IsNamedAndNotWaitedFor()
    {
        await using var client = Start(Options);
        var before = GC.GetTotalAllocatedBytes();
        using var socket = await AcceptAsync([0x20, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0]);

        Assert.Contains("a packet of 268435455 bytes is announced", (await client.UntilAsync(BrokerState.Refused)).Reason, StringComparison.Ordinal);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 100_000_000, "room was made for it");
    }

    [Fact]
    public async Task Receive_PacketThatAnnouncesMoreThanWeTake_EndsTheConnectionAndIsNamed()
    {
        await using var client = Start(Options);
        using var socket = await AcceptAsync(Accepted311);
        await client.UntilAsync(BrokerState.Connected);

        await socket.GetStream().WriteAsync(new byte[] { 0x30, 0x81, 0x80, 0x10, 0, 1 });

        Assert.Contains("a packet of 262145 bytes is announced, 262144 are taken", (await client.UntilAsync(BrokerState.Lost)).Reason, StringComparison.Ordinal);
    }

    /// <summary>The answer to the second message comes, that to the first never: no task may wait for ever.</summary>
    [Fact]
    public async Task Publish_OneAcknowledgementForgotten_IsLostInTheEnd()
    {
        await using var client = Start(Options with { AnswerTimeout = TimeSpan.FromSeconds(1), KeepAlive = TimeSpan.Zero });
        using var socket = await AcceptAsync(Accepted311);
        await client.UntilAsync(BrokerState.Connected);
        var forgotten = client.Transport.PublishAsync(Message("a", "1"));
        for (ushort id = 2; !forgotten.IsCompleted && id < 100; id++)
        {
            var answered = client.Transport.PublishAsync(Message("a", "2"));
            await socket.GetStream().WriteAsync(new byte[] { 0x40, 2, 0, (byte)id });
            await Task.WhenAny(answered, forgotten).WaitAsync(Tools.Patience);
            await Task.Delay(300);
        }

        Assert.Equal(PublishOutcome.ConnectionLost, (await forgotten.WaitAsync(Tools.Patience)).Outcome);
    }
}
