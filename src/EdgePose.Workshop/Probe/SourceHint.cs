using EdgePose.Streams;

namespace EdgePose.Workshop.Probe;

/// <summary>The next step after a source could not be opened: another one for a camera on the network, on USB, and a file.</summary>
internal static class SourceHint
{
    /// <param name="state">Name of the state in the report.</param>
    /// <param name="kind">Kind of source.</param>
    public static string Of(string state, SourceKind kind) => (state, kind) switch
    {
        ("auth_failed", _) => "check --user and --password-file; some cameras lock an account after a few wrong passwords",
        ("not_found", SourceKind.V4l2) => "ls -l /dev/v4l/by-id names the cameras that are plugged in; the one that ends in index0 gives pictures",
        ("not_found", SourceKind.File) => "check the path",
        ("not_found", _) => "check the path part of the address in the camera's manual",
        ("unreachable", SourceKind.V4l2) => "fuser -v shows who uses the device, and id whether this user is in the group video",
        ("unreachable", SourceKind.File) => "ls -l shows who may read the file",
        ("unreachable", SourceKind.Rtsp) => "check the address, the port and the cable; try --udp when the camera refuses TCP",
        ("unreachable", SourceKind.Http) => "check the address, the port and the cable",
        ("tls_error", _) => "try the plain rtsp:// or http:// address",
        ("stalled", _) => "set the camera's I-frame interval to 1-2 s",
        (_, SourceKind.File) => "does ffplay show the file? run again with -v for ffmpeg's own messages",
        _ => "run again with -v",
    };
}
