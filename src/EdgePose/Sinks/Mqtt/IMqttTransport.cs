using EdgePose.Loops;

namespace EdgePose.Sinks.Mqtt;

/// <summary>
/// A connection to a broker that mends itself and keeps nothing: what is not acknowledged when a connection ends is reported as lost
/// and never sent again, so that the caller's store is the only queue. No member blocks on the network.
/// </summary>
internal interface IMqttTransport : IAsyncDisposable
{
    BrokerStatus Status { get; }

    /// <summary>Protocol of the present or the last connection.</summary>
    MqttVersion Version => MqttVersion.V5;

    /// <summary>False when the broker of the present connection takes no filters with + or #.</summary>
    bool HasWildcards => true;

    /// <summary>The loops of the connection; null where there are none.</summary>
    Supervision? Supervision => null;

    /// <summary>Raised once per change, one after the other; handlers return at once.</summary>
    event Action<BrokerStatus>? StatusChanged;

    /// <summary>Raised for one message after the other; handlers return at once.</summary>
    event Action<MqttMessage>? MessageReceived;

    /// <summary>Begins to connect and goes on until disposed; called once.</summary>
    /// <param name="will">Asked before each connection for its last will.</param>
    void Start(Func<MqttWill?> will);

    /// <summary>
    /// Hands a message over. The payload is copied before the call returns. The task always completes: with the acknowledgement for
    /// QoS 1, with the write for QoS 0, or with the reason why neither came.
    /// </summary>
    Task<PublishResult> PublishAsync(in MqttMessage message);

    /// <summary>Subscribes for the life of the present connection: subscribe again after each change to connected.</summary>
    Task<PublishResult> SubscribeAsync(string filter, MqttQos qos);

    /// <summary>Ends the connection so that the broker discards the will. A connection attempt under way is cancelled.</summary>
    Task DisconnectAsync(CancellationToken stop);
}
