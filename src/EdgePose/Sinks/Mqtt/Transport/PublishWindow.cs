namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>
/// What may be on the wire at once. Of QoS 1 at most <paramref name="size"/> messages without an answer, which MQTT 5 calls Receive Maximum
/// and the client library does not obey; of QoS 0 one that is being written, so that on a slow link an event does not wait behind a row of
/// poses. More wait here in their order, up to <paramref name="capacity"/> with those on the wire; beyond that they are refused as busy, so
/// that a frozen broker cannot fill a queue. Nothing outlives <see cref="Close"/>.
/// </summary>
/// <param name="size">The smaller of our limit and the broker's.</param>
/// <param name="capacity">Unanswered messages of either QoS.</param>
/// <param name="send">Writes a message and gives its answer; begins in the order of the calls. A failed connection gives Lost.</param>
internal sealed class PublishWindow(int size, int capacity, Func<MqttMessage, Task<PublishResult>> send)
{
    private readonly Lock _gate = new();
    private readonly Lane _acknowledged = new(size), _written = new(1);
    private int _pending;
    private bool _isDraining, _isClosed;

    private readonly record struct Waiting(MqttMessage Message, TaskCompletionSource<PublishResult> Done);

    private sealed class Lane(int limit)
    {
        public Queue<Waiting> Waiting { get; } = new();
        public int OnTheWire { get; set; }
        public bool HasNext => OnTheWire < limit && Waiting.Count > 0;
    }

    /// <summary>Messages of QoS 1 that the broker has to answer.</summary>
    public int Unanswered
    {
        get { lock (_gate) { return _acknowledged.OnTheWire; } }
    }

    /// <param name="message">Its payload must stay as it is until the answer.</param>
    public Task<PublishResult> Add(MqttMessage message)
    {
        var one = new Waiting(message, new TaskCompletionSource<PublishResult>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            if (_isClosed) { return Task.FromResult(PublishResult.NotConnected); }
            if (_pending >= capacity) { return Task.FromResult(PublishResult.Busy); }
            _pending++;
            LaneOf(message).Waiting.Enqueue(one);
            Drain();
        }
        return one.Done.Task;
    }

    /// <summary>Ends the waiting of what was never sent. What is on the wire ends with the connection's own failure.</summary>
    public void Close()
    {
        List<Waiting> unsent;
        lock (_gate)
        {
            _isClosed = true;
            unsent = [.. _acknowledged.Waiting, .. _written.Waiting];
            _acknowledged.Waiting.Clear();
            _written.Waiting.Clear();
        }
        foreach (var one in unsent) { one.Done.TrySetResult(PublishResult.NotConnected); }
    }

    private Lane LaneOf(in MqttMessage message) => message.Qos == MqttQos.AtMostOnce ? _written : _acknowledged;

    // Inside the gate, so that the order of a queue is the order on the wire. An answer that is there at once does not come back here.
    private void Drain()
    {
        if (_isDraining) { return; }
        _isDraining = true;
        while ((_acknowledged.HasNext ? _acknowledged : _written.HasNext ? _written : null) is { } lane)
        {
            lane.OnTheWire++;
            _ = SendAsync(lane, lane.Waiting.Dequeue());
        }
        _isDraining = false;
    }

    private async Task SendAsync(Lane lane, Waiting one)
    {
        var result = await send(one.Message).ConfigureAwait(false);
        lock (_gate)
        {
            _pending--;
            lane.OnTheWire--;
            // After a failure the connection is about to be closed: the rest would only fail as well.
            if (result.Outcome != PublishOutcome.ConnectionLost) { Drain(); }
        }
        one.Done.TrySetResult(result);
    }
}
