namespace EdgePose.Delivery;

/// <summary>How a sink fares.</summary>
/// <param name="State">A word in snake_case, such as <c>connected</c>.</param>
/// <param name="Reason">Why it is not ready, redacted; empty while it is.</param>
/// <param name="IsReady">Whether it takes messages now.</param>
internal sealed record SinkStatus(string State, string Reason, bool IsReady)
{
    public static readonly SinkStatus Starting = new("connecting", "", false);
}

/// <summary>What a sink knows of its surroundings. May be called from any thread; nothing here waits.</summary>
internal interface ISinkHost
{
    /// <summary>Events that wait beside those which the sink has in hand.</summary>
    int EventsWaiting { get; }

    /// <summary>Set when the daemon takes leave: what can be answered now should be.</summary>
    CancellationToken Stopping { get; }

    /// <summary>Tells of a change. Becoming ready brings every kept value again, because the other side may have lost them.</summary>
    void Report(SinkStatus status);

    /// <summary>The sink can never take anything again.</summary>
    void End(string reason);

    /// <summary>Brings the values of one kind again.</summary>
    void Resend(StateKind kind);

    /// <summary>The last value of everything, sent or not.</summary>
    IReadOnlyList<StateValue> Values();
}
