using EdgePose.Domain;

namespace EdgePose.Networks.Preprocessing;

/// <summary>
/// Normalisation as one look-up per value: for network channel c, <c>[c * 256 + v] = (v - mean_c) / std_c</c>, and the byte of an RGB24 pixel that feeds it.
/// </summary>
internal sealed class ChannelTable
{
    private readonly float[] _values = new float[3 * 256];

    public ChannelTable(ModelInput input)
    {
        for (var c = 0; c < 3; c++)
        {
            SourceChannel[c] = input.Colour == ColourOrder.Rgb ? c : 2 - c;
            for (var v = 0; v < 256; v++) { _values[c * 256 + v] = (v - input.Mean[c]) / input.Std[c]; }
        }
    }

    /// <summary>Index of the RGB byte that feeds each network channel: {0,1,2} for RGB networks, {2,1,0} for BGR ones.</summary>
    public int[] SourceChannel { get; } = new int[3];

    /// <summary>The 256 normalised values of network channel <paramref name="channel"/>.</summary>
    public ReadOnlySpan<float> Channel(int channel) => _values.AsSpan(channel * 256, 256);
}
