using System.Collections.Concurrent;
using System.Text;
using EdgePose.Sinks.Mqtt;
using EdgePose.Sinks.Mqtt.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Peers;

/// <summary>Sees every message of a broker that nobody kills, and asks it what it retains.</summary>
internal sealed class TopicWatch : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _events = new();
    private readonly MosquittoBroker _broker;
    private readonly MqttTransport _transport;

    private TopicWatch(MosquittoBroker broker)
    {
        _broker = broker;
        _transport = Connect(broker, "watch", m =>
        {
            if (m.Topic.EndsWith("/events", StringComparison.Ordinal)) { _events.Enqueue(Encoding.UTF8.GetString(m.Payload.Span)); }
        });
    }

    /// <summary>Bodies of events, in the order of their arrival, repeats included.</summary>
    public IReadOnlyCollection<string> Events => _events;

    public static async Task<TopicWatch> StartAsync(MosquittoBroker broker)
    {
        var watch = new TopicWatch(broker);
        await SubscribeAsync(watch._transport);
        return watch;
    }

    /// <summary>Topics under which the broker keeps something.</summary>
    public async Task<HashSet<string>> KeptAsync() => [.. (await RetainedAsync()).Keys];

    /// <summary>What it keeps: what a new subscriber gets before anything new.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RetainedAsync()
    {
        // Not by the transport of the daemon, which asks brokers for nothing that they keep.
        await using var asking = await MosquittoSub.StartAsync(_broker);
        await Task.Delay(500);
        return asking.Seen.Where(m => m.Retained).DistinctBy(m => m.Topic).ToDictionary(m => m.Topic, m => m.Payload, StringComparer.Ordinal);
    }

    private static MqttTransport Connect(MosquittoBroker broker, string id, Action<MqttMessage> take)
    {
        var transport = new MqttTransport(
            new MqttSettings { Host = broker.Host, Port = broker.Port, ClientId = id }, TimeProvider.System, NullLogger<MqttTransport>.Instance);
        transport.MessageReceived += take;
        transport.Start(() => null);
        return transport;
    }

    private static async Task SubscribeAsync(MqttTransport transport)
    {
        await Tools.UntilAsync(() => transport.Status.IsConnected, "the broker is not there");
        var result = await transport.SubscribeAsync("#", MqttQos.AtLeastOnce);
        if (!result.IsSuccess) { throw new InvalidOperationException(result.Reason); }
    }

    public ValueTask DisposeAsync() => _transport.DisposeAsync();
}
