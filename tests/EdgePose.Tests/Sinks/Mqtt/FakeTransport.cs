using System.Text;
using EdgePose.Delivery.Documents;
using EdgePose.Sinks.Mqtt;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>A broker in memory: keeps what it is given in order, and misbehaves as told.</summary>
internal sealed class FakeTransport : IMqttTransport
{
    private readonly Lock _gate = new();
    private readonly List<MqttMessage> _sent = [];
    private readonly List<string> _subscribed = [];
    private readonly List<TaskCompletionSource<PublishResult>> _held = [];

    public BrokerStatus Status { get; private set; } = BrokerStatus.Connecting;
    public event Action<BrokerStatus>? StatusChanged;
    public event Action<MqttMessage>? MessageReceived;

    private Func<MqttWill?> _will = () => null;

    /// <summary>That of the latest connection; before the first, what it would be.</summary>
    public MqttWill? Will => _connected ?? _will();
    private MqttWill? _connected;
    public bool WasDisconnected { get; private set; }
    public bool WasDisposed { get; private set; }

    /// <summary>Answers nothing until <see cref="ReleaseHeld"/>, as a frozen broker.</summary>
    public bool Hold { get; set; }

    /// <summary>The answer to a message, by topic; success by default.</summary>
    public Func<string, PublishResult> Answer { get; set; } = _ => new(PublishOutcome.Accepted, 0, "");

    /// <summary>The same by the whole message; null leaves it to <see cref="Answer"/>.</summary>
    public Func<MqttMessage, PublishResult?> AnswerTo { get; set; } = _ => null;

    /// <summary>Protocol of the connection.</summary>
    public MqttVersion Version { get; set; } = MqttVersion.V5;
    public bool HasWildcards { get; set; } = true;

    /// <summary>The answer to a subscription, by filter.</summary>
    public Func<string, PublishResult> Subscribe { get; set; } = _ => new(PublishOutcome.Accepted, 1, "");
    public IReadOnlyList<string> Subscribed { get { lock (_gate) { return [.. _subscribed]; } } }

    public IReadOnlyList<MqttMessage> Sent { get { lock (_gate) { return [.. _sent]; } } }

    public IReadOnlyList<string> Payloads(string topic) =>
        [.. Sent.Where(m => m.Topic == topic).Select(m => Encoding.UTF8.GetString(m.Payload.Span))];

    public void Start(Func<MqttWill?> will) => _will = will;

    public void Connect()
    {
        _connected = _will();
        Change(BrokerStatus.Connected);
    }

    public void Fail(BrokerState state, string reason) => Change(new BrokerStatus(state, reason));

    public void Deliver(MqttMessage message) => MessageReceived?.Invoke(message);

    public void Forget()
    {
        lock (_gate) { _sent.Clear(); }
    }

    public void ReleaseHeld()
    {
        Hold = false;
        List<TaskCompletionSource<PublishResult>> held;
        lock (_gate) { held = [.. _held]; _held.Clear(); }
        foreach (var one in held) { one.SetResult(new(PublishOutcome.Accepted, 0, "")); }
    }

    public Task<PublishResult> PublishAsync(in MqttMessage message)
    {
        lock (_gate)
        {
            if (!Status.IsConnected) { return Task.FromResult(PublishResult.NotConnected); }
            _sent.Add(message with { Payload = message.Payload.ToArray() });
            if (!Hold) { return Task.FromResult(AnswerTo(message) ?? Answer(message.Topic)); }
            _held.Add(new(TaskCreationOptions.RunContinuationsAsynchronously));
            return _held[^1].Task;
        }
    }

    public Task<PublishResult> SubscribeAsync(string filter, MqttQos qos)
    {
        lock (_gate) { _subscribed.Add(filter); }
        return Task.FromResult(Subscribe(filter));
    }

    public Task DisconnectAsync(CancellationToken stop)
    {
        WasDisconnected = true;
        Change(BrokerStatus.Closed);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        WasDisposed = true;
        return ValueTask.CompletedTask;
    }

    private void Change(BrokerStatus status)
    {
        Status = status;
        StatusChanged?.Invoke(status);
    }
}
