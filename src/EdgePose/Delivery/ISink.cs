using EdgePose.Loops;

namespace EdgePose.Delivery;

/// <summary>
/// A way out of the daemon: a broker, an output stream, a file. A sink only sends. Its queue, its retries and its time limit are wrapped
/// around it by <see cref="SinkChain"/>, so that it can block neither inference nor the stop, and an exception of it ends nothing but
/// the message. The methods named <c>SendAsync</c> take messages in the order in which they are called and may be called while earlier ones
/// are unanswered, <see cref="SinkTraits.Window"/> at most of poses and kept values and as many of events. What they were given stays
/// readable until their task completes.
/// </summary>
internal interface ISink : IAsyncDisposable
{
    /// <summary>One word for logs and figures.</summary>
    string Name { get; }

    SinkTraits Traits { get; }

    /// <summary>Its own loops and timers, for health.</summary>
    IReadOnlyList<Supervision> Supervised => [];

    /// <summary>Begins to connect, if there is anything to connect to; returns at once. Called again when it threw.</summary>
    /// <exception cref="Domain.UserError">Something that the user must mend: the daemon does not start.</exception>
    void Start(ISinkHost host);

    /// <summary>The people of one frame.</summary>
    Task<SendResult> SendAsync(PosesMessage poses);

    /// <summary>An event. The answer says who keeps it: after <see cref="SendOutcome.Accepted"/> nobody here does.</summary>
    Task<SendResult> SendAsync(StampedEvent e);

    /// <summary>
    /// An event of an earlier version, as MQTT messages. It was accepted for a broker, so no other sink owes it anything: they let it pass.
    /// </summary>
    Task<SendResult> SendAsync(RenderedEvent e) => Task.FromResult(SendResult.Accepted);

    /// <summary>A value of which the last one counts.</summary>
    Task<SendResult> SendAsync(StateValue value);

    /// <summary>
    /// Names every value that is to come, before the first of them: whatever else the other side keeps of this node, it is to forget. For sinks
    /// whose other side keeps anything.
    /// </summary>
    void Expect(IReadOnlySet<StateKey> values)
    {
        // Nothing is kept there.
    }

    /// <summary>Takes leave of the other side; nothing is sent afterwards. Given up when <paramref name="stop"/> is set.</summary>
    Task StopAsync(CancellationToken stop);
}

/// <summary>How events reach a sink.</summary>
internal enum EventPromise
{
    /// <summary>As they happen; lost while the sink is not ready.</summary>
    Live,

    /// <summary>From the spool, at least once. Without a spool as <see cref="Live"/>.</summary>
    Kept,
}

/// <summary>What a sink wants and bears.</summary>
internal sealed record SinkTraits
{
    /// <summary>Whether it takes the people of each frame; counts and events come either way.</summary>
    public bool Poses { get; init; } = true;
    public EventPromise Events { get; init; }

    /// <summary>Messages handed over and not yet answered.</summary>
    public int Window { get; init; } = 1;

    /// <summary>After this time without an answer a message counts as not taken.</summary>
    public TimeSpan SendLimit { get; init; } = TimeSpan.FromSeconds(30);
    public StatePace Pace { get; init; } = new();
}
