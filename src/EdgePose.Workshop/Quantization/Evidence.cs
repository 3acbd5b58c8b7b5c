namespace EdgePose.Workshop.Quantization;

/// <summary>The smallest sample on which a quantized model may be accepted; none of it may have been used for calibration.</summary>
/// <param name="Inputs">Inputs of the network: pictures, or crops for a top-down model.</param>
/// <param name="People">People in them.</param>
internal readonly record struct Evidence(int Inputs, int People)
{
    /// <summary>With fewer, one person more or less moves a figure by more than the limits allow.</summary>
    public static readonly Evidence Default = new(50, 50);

    /// <summary>True where less is asked for than by default, which the card has to say.</summary>
    public bool IsLowered => Inputs < Default.Inputs || People < Default.People;
}
