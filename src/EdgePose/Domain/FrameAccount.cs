namespace EdgePose.Domain;

/// <summary>Why a frame that was read never came to the slot.</summary>
internal enum FrameLoss
{
    /// <summary>Every buffer of the pool was in use.</summary>
    NoBuffer,

    /// <summary>The decoder reported it as damaged.</summary>
    Refused,
}

/// <summary>
/// Where every frame of a stream went, taken at one instant: <c>Received = Processed + Failed + Dropped + Waiting + InWork</c>, exactly.
/// </summary>
/// <param name="Received">Complete frames that the source delivered.</param>
/// <param name="Processed">Frames that went through inference.</param>
/// <param name="Failed">Frames whose processing failed; never published.</param>
/// <param name="Replaced">Dropped because a newer one came before inference was free.</param>
/// <param name="Stale">Dropped because they waited past the stream's greatest age.</param>
/// <param name="Refused">Dropped because the decoder reported them as damaged.</param>
/// <param name="NoBuffer">Dropped because every buffer of the pool was in use.</param>
/// <param name="Closed">Dropped because the stream was shut down.</param>
/// <param name="Waiting">0 or 1.</param>
/// <param name="InWork">Taken by inference and not finished.</param>
internal readonly record struct FrameAccount(
    long Received, long Processed, long Failed, long Replaced, long Stale, long Refused, long NoBuffer, long Closed, int Waiting, long InWork)
{
    public long Dropped => Replaced + Stale + Refused + NoBuffer + Closed;
}
