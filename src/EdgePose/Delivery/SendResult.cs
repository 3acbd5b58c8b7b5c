namespace EdgePose.Delivery;

/// <summary>What became of a message that a sink was given.</summary>
internal enum SendOutcome
{
    /// <summary>The other side has it.</summary>
    Accepted,

    /// <summary>The other side said no to this message.</summary>
    Refused,

    /// <summary>The other side said no for now: the reason lies with it, not with this message, and may pass.</summary>
    Deferred,

    /// <summary>Can never be sent as it is.</summary>
    Invalid,

    /// <summary>Never handed over, because too many messages wait for the other side.</summary>
    Busy,

    /// <summary>Never handed over, because there is no connection.</summary>
    NotReady,

    /// <summary>Handed over, but the connection ended before the answer: it may or may not have arrived.</summary>
    Lost,

    /// <summary>The sink did not answer within its time limit; it may still hold the message.</summary>
    NoAnswer,

    /// <summary>The sink threw.</summary>
    Failed,
}

/// <summary>The outcome and its reason for people; redacted, empty on plain success.</summary>
internal readonly record struct SendResult(SendOutcome Outcome, string Reason)
{
    /// <summary>
    /// What was accepted counts only when this has completed with true; with false it has to be sent again. Null: it counts at once. The next event of
    /// the same stream may go out meanwhile.
    /// </summary>
    public Task<bool>? Settled { get; init; }

    public static readonly SendResult Accepted = new(SendOutcome.Accepted, "");
    public static readonly SendResult NotReady = new(SendOutcome.NotReady, "not connected");

    public bool IsSuccess => Outcome == SendOutcome.Accepted;
}
