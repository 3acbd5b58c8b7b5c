using System.Net.Sockets;
using EdgePose.Settings.Files;

namespace EdgePose.Service.Observe;

/// <summary>
/// The place of the status socket: looked at before anything there is opened, and left alone where another user could have prepared it. A link
/// would lead elsewhere, a pipe would hold up the start.
/// </summary>
internal static class SocketPlace
{
    private const UnixFileMode EverybodyMayLookIn = PrivateFolder.OwnerOnly
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes the folder where there is none, and removes a socket that a killed daemon left behind.</summary>
    /// <returns>Why no socket can be made there; empty when it can.</returns>
    /// <exception cref="IOException">The place cannot be looked at, or the folder not be made.</exception>
    public static string Prepare(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (PathTrust.Problem(folder) is { Length: > 0 } untrusted) { return untrusted; }
        // Who may enter the folder may use the socket, as far as its own mode permits.
        if (!Directory.Exists(folder)) { PrivateFolder.Create(folder, path == SocketPath.System ? EverybodyMayLookIn : PrivateFolder.OwnerOnly); }
        if (PathTrust.Problem(folder) is { Length: > 0 } exchanged) { return exchanged; }
        if (SocketPath.IsOwnInTemp(path) && FileLook.At(folder) is { } own && (own.Mode & FileLook.OfOthers) != 0) { return $"{folder} is open to other users; run: chmod 700 {folder}"; }
        if (FileLook.At(path) is not { } there) { return ""; }
        if (there.Kind != FileKind.Socket) { return "there is a file that is no socket"; }
        if (!there.IsMineOrRoots) { return "there is a socket of another user"; }
        if (Answers(path)) { return "another daemon answers there"; }
        File.Delete(path);
        return "";
    }

    /// <summary>Why a client must not believe who answers at <paramref name="path"/>; empty when it may, or when nobody can be there.</summary>
    /// <exception cref="IOException">The place cannot be looked at.</exception>
    public static string Distrust(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (PathTrust.Problem(folder, delegated: true) is { Length: > 0 } untrusted) { return untrusted; }
        if (FileLook.At(path) is not { } there) { return ""; }
        if (there.Kind != FileKind.Socket) { return $"{path} is no socket"; }
        return there.IsMineOrRoots || there.Owner == FileLook.Behind(folder)?.Owner ? "" : $"{path} belongs to another user";
    }

    /// <summary>Somebody listens. A queue that is full of clients answers as well, and does not hold up anybody here.</summary>
    private static bool Answers(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }
}
