using System.Text;
using EdgePose.Settings;

namespace EdgePose.Service.Endpoints;

/// <summary>The section <c>status</c>.</summary>
internal sealed record StatusSettings
{
    public const string Auto = "auto", Off = "off";

    /// <summary>sockaddr_un holds 108 bytes, the end included.</summary>
    private const int LongestPath = 107;

    public static readonly Doc About = "The local view for edgepose top.";

    /// <summary>Absolute path of the status socket, <see cref="Auto"/> or <see cref="Off"/>.</summary>
    public required string Socket { get; init; }

    public static StatusSettings Read(Section s)
    {
        var text = s.Text("socket", Auto, t => t.Length is 0 or > LongestPath ? "auto, off, or a path of at most 107 characters" : null, """
            Path of a Unix domain socket that the user and group of the daemon can read; or auto, or off. auto is status.sock in systemd's runtime
            directory (/run/edgepose), otherwise in the runtime directory of the user.
            """);
        var socket = text is Auto or Off ? text : s.Absolute("socket", text);
        if (Encoding.UTF8.GetByteCount(socket) > LongestPath) { s.Error("socket", "the path is longer than 107 bytes, which is all that a socket can have"); }
        s.Done();
        return new StatusSettings { Socket = socket };
    }
}
