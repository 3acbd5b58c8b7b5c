namespace EdgePose.Domain;

/// <summary>The life of a stream as operators see it; published retained under <c>streams/&lt;id&gt;/state</c>.</summary>
internal enum StreamState
{
    Starting, Online, Stalled, Reconnecting, AuthFailed, NotFound, Unreachable, TlsError, Failed, Disabled,
}

/// <summary>A stream's state with the reason an operator needs. Texts are redacted before they get here.</summary>
/// <param name="State">Current state.</param>
/// <param name="SinceUtc">When the state was entered.</param>
/// <param name="Reason">Empty while all is well.</param>
/// <param name="Epoch">Epoch of the current or last connection; 0 before the first frame.</param>
/// <param name="Reconnects">Connections attempted after the first one.</param>
/// <param name="Width">Source width in pixels; 0 when unknown.</param>
/// <param name="Height">Source height in pixels; 0 when unknown.</param>
/// <param name="Codec">ffmpeg's codec name; empty when unknown.</param>
/// <param name="Decoder">The decoder that really runs, such as <c>h264</c> or <c>h264 (vaapi)</c>; empty when unknown.</param>
internal sealed record StreamStatus(
    StreamState State, DateTimeOffset SinceUtc, string Reason, int Epoch, int Reconnects, int Width, int Height, string Codec, string Decoder)
{
    /// <summary>ffmpeg's last messages, redacted, oldest first; only while the state is <see cref="StreamState.Failed"/>.</summary>
    public IReadOnlyList<string> Messages { get; init; } = [];

    /// <summary>Whose clock the frames carry.</summary>
    public TimeSource TimeSource { get; init; }
}
