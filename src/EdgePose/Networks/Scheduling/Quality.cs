namespace EdgePose.Networks.Scheduling;

/// <summary>
/// What the device's load controller grants one stream at the moment. Decided by the scheduler, obeyed by the stream's stages; both live on
/// the inference thread.
/// </summary>
/// <param name="Step">Rung of the ladder: 0 = everything that is configured, higher = cheaper.</param>
/// <param name="PosePeriod">1 = poses are measured in every frame that is processed, N = in every N-th; predicted in between.</param>
/// <param name="DetectorFactor">Multiplies the configured period of the detector; 1 or more.</param>
/// <param name="SmallInput">The network's smaller input, where the model allows one.</param>
/// <param name="MaxPeople">People whose poses are measured per frame; <see cref="int.MaxValue"/> = as configured.</param>
internal sealed record Quality(int Step, int PosePeriod, int DetectorFactor, bool SmallInput, int MaxPeople)
{
    /// <summary>As configured.</summary>
    public static Quality Full { get; } = new(0, 1, 1, false, int.MaxValue);
}
