using EdgePose.Domain;

namespace EdgePose.Hosting;

/// <summary>What <c>edgepose probe</c> was asked for.</summary>
internal sealed record ProbeRequest(string Url, string User, Secret? Password, bool Udp, string HardwareDecode, TimeSpan Duration, string Stream);


/// <summary>
/// What one source really delivers, measured over a few seconds. <see cref="Yaml"/> is the block to paste; it names a credential instead of
/// holding the password.
/// </summary>
internal sealed record SourceReport
{
    public required string Url { get; init; }
    public required string State { get; init; }
    public required string Reason { get; init; }
    public string Codec { get; init; } = "";
    public string Decoder { get; init; } = "";
    public int Width { get; init; }
    public int Height { get; init; }
    public double FpsAnnounced { get; init; }
    public double FpsMeasured { get; init; }
    public long Frames { get; init; }
    public long DecodeErrors { get; init; }
    public double FirstFrameMs { get; init; }
    public double Seconds { get; init; }
    public string Yaml { get; init; } = "";
}
