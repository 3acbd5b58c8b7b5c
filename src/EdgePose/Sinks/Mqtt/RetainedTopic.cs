namespace EdgePose.Sinks.Mqtt;

/// <summary>
/// The last value of a retained topic and when it may go out: at once when the change is urgent, otherwise not more often than
/// <paramref name="interval"/>; the newest value always goes out in the end. Not thread-safe: the publisher's lock guards it.
/// </summary>
internal sealed class RetainedTopic(string topic, MqttQos qos, MqttProperties properties, TimeSpan interval)
{
    private byte[]? _payload;
    private bool _due, _urgent;
    private long? _sent;

    public string Topic => topic;
    public bool IsDirty => _due;

    /// <summary>The last value; empty before the first and after <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Payload => _payload;

    /// <summary>True after <see cref="Clear"/>: the topic is forgotten once the broker has taken the empty value.</summary>
    public bool IsCleared { get; private set; }

    /// <summary>Takes a new value; an equal one changes nothing.</summary>
    public void Set(ReadOnlySpan<byte> payload, bool urgent)
    {
        if (_payload is not null && !IsCleared && payload.SequenceEqual(_payload)) { return; }
        _payload = payload.ToArray();
        IsCleared = false;
        _due = true;
        _urgent |= urgent;
    }

    /// <summary>An empty retained message removes the topic from the broker.</summary>
    public void Clear()
    {
        _payload = [];
        IsCleared = _due = _urgent = true;
    }

    /// <summary>The value has to go out again: new connection, or the last try failed.</summary>
    public void Resend()
    {
        if (_payload is not null) { _due = _urgent = true; }
    }

    /// <summary>The message to send now, if there is one.</summary>
    public bool TryTake(TimeProvider time, out MqttMessage message)
    {
        message = default;
        if (!_due || !(_urgent || _sent is not { } sent || time.GetElapsedTime(sent) >= interval)) { return false; }
        _due = _urgent = false;
        _sent = time.GetTimestamp();
        message = new MqttMessage(topic, _payload, qos, true, properties);
        return true;
    }
}
