using System.Text;
using System.Threading.Channels;

namespace EdgePose.Sinks.Mqtt;

/// <summary>What a look at the broker found.</summary>
/// <param name="Broker">Where connecting ended; its reason when it is not connected.</param>
/// <param name="Permission">Why the node may not publish below its own topics; empty when it may, null when that was not reached.</param>
/// <param name="CertificateUntil">End of validity of the broker's certificate; null without TLS.</param>
internal sealed record BrokerFinding(BrokerStatus Broker, string? Permission, DateTimeOffset? CertificateUntil);

/// <summary>
/// Talks to the broker as the daemon would, under a client id of its own: connects, subscribes to its <c>selftest</c> topic, publishes
/// there, and waits for its own message. The message is the proof that MQTT 3.1.1 does not give: there a forbidden publish is
/// acknowledged like any other (reliability.md 1.6).
/// </summary>
internal sealed class BrokerCheck(IMqttTransport transport, MqttSettings options, Topics topics, TimeProvider time)
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    private readonly Channel<BrokerStatus> _changes = Channel.CreateBounded<BrokerStatus>(
        new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest });

    public async Task<BrokerFinding> RunAsync(CancellationToken stop)
    {
        transport.StatusChanged += s => _changes.Writer.TryWrite(s);
        var echo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = Encoding.UTF8.GetBytes(Guid.NewGuid().ToString("N"));
        transport.MessageReceived += m =>
        {
            if (m.Topic == topics.SelfTest && m.Payload.Span.SequenceEqual(token)) { echo.TrySetResult(); }
        };
        transport.Start(() => null);
        var broker = await ConnectAsync(stop).ConfigureAwait(false);
        if (!broker.IsConnected) { return new BrokerFinding(broker, null, null); }
        var permission = await TryPublishAsync(token, echo.Task, stop).ConfigureAwait(false);
        await transport.DisconnectAsync(stop).ConfigureAwait(false);
        return new BrokerFinding(broker, permission, broker.CertificateUntil);
    }

    /// <summary>The first definite answer: connected, or why not.</summary>
    private async Task<BrokerStatus> ConnectAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(ConnectLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            while (true)
            {
                var status = await _changes.Reader.ReadAsync(both.Token).ConfigureAwait(false);
                if (status.State != BrokerState.Connecting) { return status; }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return new BrokerStatus(BrokerState.Unreachable, $"{options.Host}:{options.Port} did not answer within {ConnectLimit.TotalSeconds:0} s");
        }
    }

    private async Task<string> TryPublishAsync(byte[] token, Task echo, CancellationToken stop)
    {
        var subscribed = await transport.SubscribeAsync(topics.SelfTest, MqttQos.AtLeastOnce).WaitAsync(stop).ConfigureAwait(false);
        var sent = await transport.PublishAsync(new MqttMessage(topics.SelfTest, token, MqttQos.AtLeastOnce, false, MqttProperties.Text))
            .WaitAsync(stop).ConfigureAwait(false);
        if (!sent.IsSuccess) { return $"may not publish to {topics.SelfTest}: {sent.Reason}"; }
        if (!subscribed.IsSuccess) { return $"may not subscribe to {topics.SelfTest}: {subscribed.Reason}"; }
        try
        {
            await echo.WaitAsync(AnswerLimit, time, stop).ConfigureAwait(false);
            return "";
        }
        catch (TimeoutException)
        {
            return $"a message to {topics.SelfTest} was acknowledged and never arrived: the broker's access list forbids writing or reading it";
        }
    }
}
