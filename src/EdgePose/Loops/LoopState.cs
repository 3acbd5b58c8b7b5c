namespace EdgePose.Loops;

/// <summary>Where a supervised loop stands.</summary>
internal enum LoopState
{
    /// <summary>Not started.</summary>
    Idle, Running,

    /// <summary>It threw and begins anew after a pause.</summary>
    Pausing,

    /// <summary>Told to end, or its work is done.</summary>
    Ended,
}
