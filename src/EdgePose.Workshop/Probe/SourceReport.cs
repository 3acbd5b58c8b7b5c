using EdgePose.Domain;

namespace EdgePose.Workshop.Probe;

/// <summary>What <c>edgepose probe</c> was asked for.</summary>
/// <param name="Url">Address of the source.</param>
/// <param name="User">User name at the camera; empty = as the address says.</param>
/// <param name="Password">Password at the camera; null = as the address says.</param>
/// <param name="Udp">RTSP over UDP.</param>
/// <param name="HardwareDecode">Decoder, as in the configuration.</param>
/// <param name="Duration">How long to measure.</param>
/// <param name="Stream">Name of the stream in the block.</param>
internal sealed record ProbeRequest(string Url, string User, Secret? Password, bool Udp, string HardwareDecode, TimeSpan Duration, string Stream)
{
    /// <summary>The file that the password came from; empty = it came otherwise.</summary>
    public string PasswordFile { get; init; } = "";
}

/// <summary>
/// What one source really delivers, measured over a few seconds. <see cref="Yaml"/> is the block to paste; it names a credential instead of
/// holding the password. Figures that could not be measured are null.
/// </summary>
internal sealed record SourceReport
{
    public required string Url { get; init; }
    public required string State { get; init; }
    public required string Reason { get; init; }

    /// <summary>What the source calls the place that its password opens; only after a refusal.</summary>
    public string? Realm { get; init; }
    public string Codec { get; init; } = "";
    public string Decoder { get; init; } = "";
    public int Width { get; init; }
    public int Height { get; init; }
    public double FpsAnnounced { get; init; }
    public double FpsMeasured { get; init; }
    public long Frames { get; init; }

    /// <summary>Pictures from one key picture to the next: how long a new connection may wait for its first frame.</summary>
    public int? Gop { get; init; }
    public double? GopSeconds { get; init; }
    public double? BitrateKbps { get; init; }

    /// <summary>How much later than the quickest a picture comes, 95th percentile.</summary>
    public double? JitterMs { get; init; }
    public long PacketsLost { get; init; }
    public long DecodeErrors { get; init; }
    public long DamagedPictures { get; init; }
    public double FirstFrameMs { get; init; }
    public double Seconds { get; init; }

    /// <summary><c>rtcp</c> when the camera tells its time, <c>recording</c>, otherwise <c>arrival</c>.</summary>
    public string TimeSource { get; init; } = "arrival";

    /// <summary>Decoded frame here minus the camera's time: delay and clock skew together, which nobody can tell apart from here.</summary>
    public double? CameraLagMs { get; init; }

    /// <summary>Findings for the reader, one sentence each.</summary>
    public IReadOnlyList<string> Advice { get; init; } = [];
    public string? SubStream { get; init; }
    public string Transport { get; init; } = "";
    public double SuggestedFps { get; init; }
    public string Yaml { get; init; } = "";
}
