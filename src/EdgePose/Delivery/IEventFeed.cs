namespace EdgePose.Delivery;

/// <summary>The way of events to a sink.</summary>
internal interface IEventFeed : IAsyncDisposable
{
    /// <summary>Events that wait beside those which the sink has in hand.</summary>
    int Waiting { get; }

    /// <summary>Events taken by the sink.</summary>
    long Delivered { get; }

    /// <summary>Events given up.</summary>
    long GivenUp { get; }

    void Start();

    /// <summary>To be called when the sink is ready again.</summary>
    void Signal();

    /// <summary>An event that has just happened. Never waits.</summary>
    void Offer(StampedEvent e);

    /// <summary>Waits until what waits has been taken, or <paramref name="stop"/> is set.</summary>
    Task DrainAsync(CancellationToken stop);
}
