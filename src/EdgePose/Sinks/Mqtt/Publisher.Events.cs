using EdgePose.Delivery.Spool;
using EdgePose.Domain;
using EdgePose.Sinks.Mqtt.Events;

namespace EdgePose.Sinks.Mqtt;

// Events: through the spool, or straight out where there is none (--stdout).
internal sealed partial class Publisher
{
    private readonly EventMessages _messages;
    private readonly Sparkplug.SparkplugNode? _sparkplug;
    private readonly string _boot;
    private static readonly Task<AppendOutcome> NotKept = Task.FromResult(AppendOutcome.Volatile);
    private EventPump? _events;
    private long _lastSeq;

    /// <summary>Names this run in event ids and in <c>info</c>.</summary>
    public string Boot => _boot;

    /// <summary>Events acknowledged, and refused for good.</summary>
    public (long Published, long DeadLetters) EventCounts => _events is { } e ? (e.Published, e.DeadLetters) : default;

    /// <summary>Takes an event. Returns at once; from here on it is the spool's. May be called from any thread.</summary>
    /// <param name="e">The event.</param>
    /// <param name="model">The model that saw it; null where none was concerned.</param>
    /// <returns>The spool's ticket; without a spool one without a number that is complete.</returns>
    public AppendTicket Event(PoseEvent e, ModelInfo? model)
    {
        if (_options.Spool is { } spool)
        {
            var ticket = spool.Append(
                e.Stream, e.Time, (Publisher: this, Event: e, Model: model), static (state, id) => state.Publisher.Render(state.Event, state.Model, id));
            if (ticket.Sequence > 0) { _sparkplug?.Event(e, Stamp(model, _boot, ticket.Sequence)); }
            return ticket;
        }
        var stamp = Stamp(model, _options.Boot, Interlocked.Increment(ref _lastSeq));
        foreach (var message in _messages.Render(e, stamp))
        {
            var properties = new MqttProperties { ContentType = message.ContentType, Utf8 = true, User = [.. message.User, new("replayed", "false")] };
            _ = FinishAsync(message.Topic, _transport.PublishAsync(new MqttMessage(message.Topic, message.Body, MqttQos.AtLeastOnce, false, properties)));
        }
        _sparkplug?.Event(e, stamp);
        return new AppendTicket(0, NotKept);
    }

    private ReadOnlyMemory<byte> Render(PoseEvent e, ModelInfo? model, RecordId id) =>
        EventRecord.Write(_messages.Render(e, Stamp(model, EventStamp.BootText(id.Boot), id.Sequence)));

    private EventStamp Stamp(ModelInfo? model, string boot, long sequence) => new(_options.Node, boot, sequence, _clockIsSynced(), model);

    private void StartEvents()
    {
        if (_options.Spool is not { } spool) { return; }
        _events = new EventPump(spool, _transport, _messages, _options.Node, _options.SpoolRetention, () => _broker.IsConnected, _time, _logger);
        _events.Start();
    }

    private async Task FinishAsync(string topic, Task<PublishResult> sent)
    {
        var result = await sent.ConfigureAwait(false);
        if (result.IsSuccess) { Interlocked.Increment(ref _published); }
        else { NotTaken(topic, result); }
    }

    /// <summary>Gives the events on the way their time; what is left stays in the spool. The second dialect takes its leave.</summary>
    private async Task StopEventsAsync(CancellationToken stop)
    {
        if (_events is { } events)
        {
            await WithinAsync(events.DrainAsync, stop).ConfigureAwait(false);
            await events.DisposeAsync().ConfigureAwait(false);
        }
        if (_sparkplug is { } sparkplug)
        {
            await WithinAsync(sparkplug.StopAsync, stop).ConfigureAwait(false);
            await sparkplug.DisposeAsync().ConfigureAwait(false);
        }
    }
}
