namespace EdgePose.Delivery;

/// <summary>What became of a message that a sink was given.</summary>
internal enum SendOutcome
{
    /// <summary>The other side has it.</summary>
    Accepted,

    /// <summary>The other side said no to this message.</summary>
    Refused,

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
    public static readonly SendResult Accepted = new(SendOutcome.Accepted, "");
    public static readonly SendResult NotReady = new(SendOutcome.NotReady, "not connected");

    public bool IsSuccess => Outcome == SendOutcome.Accepted;
}
