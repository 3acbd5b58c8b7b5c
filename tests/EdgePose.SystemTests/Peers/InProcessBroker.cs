using System.Collections.Concurrent;
using System.Net;
using MQTTnet.Packets;
using MQTTnet.Server;

namespace EdgePose.Peers;

/// <summary>
/// MQTTnet's server in this process: it answers with limits that mosquitto does not set, holds acknowledgements back, and tells which packets
/// came. As it is of the same authors as the client, mosquitto stays the judge of the wire format.
/// </summary>
internal sealed class InProcessBroker : IAsyncDisposable
{
    private readonly MqttServer _server;
    private readonly ConcurrentQueue<MqttPacket> _packets = new();

    private InProcessBroker(int port, Action<MqttConnAckPacket> limits)
    {
        Port = port;
        _server = new MqttServerFactory().CreateMqttServer(
            new MqttServerOptionsBuilder().WithDefaultEndpoint().WithDefaultEndpointPort(port).WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).Build());
        _server.InterceptingInboundPacketAsync += e =>
        {
            _packets.Enqueue(e.Packet);
            return Task.CompletedTask;
        };
        _server.InterceptingOutboundPacketAsync += e =>
        {
            if (e.Packet is MqttConnAckPacket answer) { limits(answer); }
            if (e.Packet is MqttPubAckPacket && HoldsAcknowledgements) { e.ProcessPacket = false; }
            return Task.CompletedTask;
        };
    }

    public int Port { get; }

    /// <summary>Acknowledgements are thrown away.</summary>
    public volatile bool HoldsAcknowledgements;

    public int Count<T>() where T : MqttPacket => _packets.OfType<T>().Count();

    public IReadOnlyList<MqttPublishPacket> Published => [.. _packets.OfType<MqttPublishPacket>()];

    /// <param name="limits">Changes what CONNACK announces.</param>
    public static async Task<InProcessBroker> StartAsync(Action<MqttConnAckPacket>? limits = null)
    {
        var broker = new InProcessBroker(Tools.FreePort(), limits ?? (_ => { }));
        await broker._server.StartAsync();
        return broker;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new MqttServerStopOptions());
        _server.Dispose();
    }
}
