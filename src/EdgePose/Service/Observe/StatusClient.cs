using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using EdgePose.Domain;

namespace EdgePose.Service.Observe;

/// <summary>Reads the status socket of a daemon on this machine.</summary>
internal sealed class StatusClient : IDisposable
{
    /// <summary>Above the longest line of a daemon, that of 256 streams.</summary>
    private const int LongestLine = 4 << 20;

    private readonly Socket _socket;

    private StatusClient(Socket socket, string path) => (_socket, Path) = (socket, path);

    /// <summary>Where the daemon answered.</summary>
    public string Path { get; }

    /// <summary>Connects to <paramref name="path"/>, or, when it is empty, to the first place where a daemon answers.</summary>
    /// <exception cref="UserError">Nobody answers, or this user may not ask.</exception>
    public static async Task<StatusClient> ConnectAsync(string path, CancellationToken stop)
    {
        IReadOnlyList<string> places = path.Length > 0 ? [path] : SocketPath.ForClient(Environment.GetEnvironmentVariable);
        var (denied, distrusted) = ("", "");
        foreach (var place in places)
        {
            if (Distrust(place) is { Length: > 0 } why)
            {
                distrusted = why;
                continue;
            }
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(place), stop).ConfigureAwait(false);
                return new StatusClient(socket, place);
            }
            catch (Exception e) when (e is SocketException or ArgumentException)
            {
                socket.Dispose();
                if (e is SocketException { SocketErrorCode: SocketError.AccessDenied }) { denied = place; }
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        if (distrusted.Length > 0) { throw new UserError(ExitCode.Failed, $"{distrusted}; nobody is asked there", "name the daemon's socket with --socket PATH"); }
        throw denied.Length > 0
            ? new UserError(ExitCode.Failed, $"{denied} belongs to another user", "sudo edgepose top, or join the group of that file")
            : new UserError(ExitCode.Failed, $"no daemon answers at {string.Join(" or ", places)}",
                "start one with edgepose run; where its configuration sets status.socket, name it with --socket PATH");
    }

    private static string Distrust(string place)
    {
        try { return SocketPlace.Distrust(place); }
        catch (IOException)
        {
            // What cannot be looked at cannot be connected to either, and that has its own words.
            return "";
        }
    }

    /// <summary>The lines as the daemon sends them, about one a second, until it ends.</summary>
    public async IAsyncEnumerable<string> LinesAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await using var stream = new NetworkStream(_socket);
        using var reader = new StreamReader(stream);
        while (await ReadLineAsync(reader, stop).ConfigureAwait(false) is { } line) { yield return line; }
    }

    /// <exception cref="UserError">A line without end: no daemon sends that.</exception>
    private static async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken stop)
    {
        var line = new StringBuilder();
        var buffer = new char[1];
        while (await reader.ReadAsync(buffer, stop).ConfigureAwait(false) > 0)
        {
            if (buffer[0] == '\n') { return line.ToString(); }
            if (line.Length >= LongestLine) { throw NoDaemon(null); }
            line.Append(buffer[0]);
        }
        return line.Length == 0 ? null : line.ToString();
    }

    private static UserError NoDaemon(Exception? inner) =>
        new(ExitCode.Failed, "what answers is no edgepose daemon of this version", "compare edgepose version with the daemon's", inner);

    /// <summary>What it means that there are no more lines.</summary>
    /// <param name="served">There was one.</param>
    public static UserError Ended(bool served) => served
        ? new UserError(ExitCode.Failed, "the daemon has ended", "journalctl -u edgepose says why")
        : new UserError(ExitCode.Failed, "the daemon closed the connection: it is ending, or it serves as many clients as it may", "end another edgepose top and try again");

    /// <exception cref="UserError">The other side is no daemon of this version.</exception>
    public static NodeSnapshot Parse(string line)
    {
        try
        {
            var isClean = !line.Any(char.IsControl);
            if (isClean && JsonSerializer.Deserialize(line, SnapshotJson.Default.NodeSnapshot) is { Schema: NodeSnapshot.SchemaName } node) { return node; }
        }
        catch (JsonException e)
        {
            throw NoDaemon(e);
        }
        throw NoDaemon(null);
    }

    public void Dispose() => _socket.Dispose();
}
