using EdgePose.Domain;

namespace EdgePose.Streams;

/// <summary>Turns ffmpeg's last lines into a state and a sentence for the operator. The texts are those of ffmpeg 4.3 to 9.</summary>
internal static class FailureReason
{
    public const string NoUsableAnswer = "the source gave no usable answer in time";

    private static readonly (string Text, StreamState State, string Reason)[] Table =
    [
        ("401 Unauthorized", StreamState.AuthFailed, "the source refused the user or password (401)"),
        ("403 Forbidden", StreamState.AuthFailed, "the source forbids access to this user (403)"),
        ("authorization failed", StreamState.AuthFailed, "the source refused the user or password"),
        ("not on whitelist", StreamState.NotFound, "the source redirects to an address of another kind, which is not followed; write the address that it redirects to"),
        ("certificate failed verification", StreamState.TlsError, "the certificate of the source is not trusted"),
        ("certificate verif", StreamState.TlsError, "the certificate of the source is not trusted"),
        ("certificate's owner does not match", StreamState.TlsError, "the certificate is for another host name"),
        ("unexpected TLS packet", StreamState.TlsError, "the source does not speak TLS on this port"),
        ("TLS", StreamState.TlsError, "the TLS handshake failed"),
        ("tls: ", StreamState.TlsError, "the TLS handshake failed"),
        ("404 Not Found", StreamState.NotFound, "the source has nothing at this path (404)"),
        ("454 ", StreamState.NotFound, "the source does not know this session or path (454)"),
        ("410 Gone", StreamState.NotFound, "the source has nothing at this path any more (410)"),
        ("Failed to resolve hostname", StreamState.Unreachable, "the host name cannot be resolved"),
        ("Connection refused", StreamState.Unreachable, "the connection was refused; is the source running, is the port right?"),
        ("No route to host", StreamState.Unreachable, "there is no route to the host"),
        ("Network is unreachable", StreamState.Unreachable, "the network is unreachable"),
        ("timed out", StreamState.Unreachable, "the source does not answer"),
        ("Connection reset", StreamState.Unreachable, "the source closed the connection"),
        ("Broken pipe", StreamState.Unreachable, "the source closed the connection"),
        ("461 ", StreamState.Unreachable, "the source does not offer this transport; try the other one of tcp and udp (461)"),
        ("Nonmatching transport", StreamState.Unreachable, "the source does not offer this transport; try the other one of tcp and udp"),
        ("503 Service", StreamState.Unreachable, "the source is busy or starting (503)"),
        ("5XX Server Error", StreamState.Unreachable, "the source reports an internal error"),
        ("No such file or directory", StreamState.NotFound, "there is no such file or device"),
        ("No such device", StreamState.NotFound, "the device is gone"),
        ("Permission denied", StreamState.Unreachable, "no permission to open it"),
        ("Device or resource busy", StreamState.Unreachable, "another program uses the device"),
        ("Is a directory", StreamState.NotFound, "it is a folder, not a file"),
        ("Unrecognized option", StreamState.Failed, "this ffmpeg does not know an option that is needed; 4.3 or later is, and edgepose check says which versions are known"),
        ("Option not found", StreamState.Failed, "this ffmpeg does not know an option that is needed; 4.3 or later is, and edgepose check says which versions are known"),
        ("error while loading shared libraries", StreamState.Failed, "ffmpeg is installed incompletely; reinstall it (Debian: apt-get install --reinstall ffmpeg)"),
    ];

    /// <summary>What the same words mean for a USB camera; looked at first.</summary>
    private static readonly (string Text, StreamState State, string Reason)[] DeviceTable =
    [
        ("Not a video capture device", StreamState.NotFound, "it is a node of a camera that gives metadata, no pictures"),
        ("No space left on device", StreamState.Unreachable, "the USB controller has no bandwidth left for it; use another port or hub, or fewer cameras on this one"),
        ("Permission denied", StreamState.Unreachable, "no permission to open the device; the user that runs this must be in the group video"),
        ("Device or resource busy", StreamState.Unreachable, "another program uses the device; fuser -v names it"),
        ("No such device", StreamState.NotFound, "the device is gone; is the camera plugged in?"),
        ("No such file or directory", StreamState.NotFound, "there is no such device; is the camera plugged in?"),
        ("Input/output error", StreamState.Unreachable, "the camera does not answer; unplug it and plug it in again, or give it more power"),
    ];

    /// <summary>What the same words mean for a recording; looked at first.</summary>
    private static readonly (string Text, StreamState State, string Reason)[] FileTable =
    [
        ("Permission denied", StreamState.Unreachable, "no permission to read the file; the user that runs this must be able to read it and to enter its folders"),
        ("No such file or directory", StreamState.NotFound, "there is no such file"),
    ];

    /// <summary>State and reason for an ffmpeg or ffprobe that ended without being asked to.</summary>
    /// <param name="tail">Its last redacted lines, oldest first.</param>
    /// <param name="kind">Kind of source.</param>
    /// <param name="fallback">The reason when no line is known.</param>
    public static (StreamState State, string Reason) Of(IReadOnlyList<string> tail, SourceKind kind, string fallback)
    {
        if (Find(kind switch { SourceKind.V4l2 => DeviceTable, SourceKind.File => FileTable, SourceKind.Rtsp or SourceKind.Http => [], _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null) }, tail) is { } own) { return own; }
        if (Find(Table, tail) is { } known) { return known; }
        var last = tail.Count > 0 ? tail[^1] : "";
        if (kind is SourceKind.Rtsp or SourceKind.Http && tail.Any(static line => line.Contains("Impossible to open", StringComparison.Ordinal)))
        {
            // concat reports every failure of the inner source without a known text this way: silence, reset, or an answer that is no video.
            return (StreamState.Unreachable, NoUsableAnswer);
        }
        if (tail.Any(static line => line.Contains("moov atom not found", StringComparison.Ordinal))) { fallback = "the recording is cut off or still being written, or is none: its index is missing"; }
        return (StreamState.Reconnecting, last.Length > 0 ? $"{fallback}: {last}" : fallback);
    }

    private static (StreamState State, string Reason)? Find((string Text, StreamState State, string Reason)[] table, IReadOnlyList<string> tail)
    {
        foreach (var (text, state, reason) in table)
        {
            if (tail.Any(line => line.Contains(text, StringComparison.Ordinal))) { return (state, reason); }
        }
        return null;
    }
}
