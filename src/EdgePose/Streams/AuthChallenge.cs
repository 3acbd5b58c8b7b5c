using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgePose.Streams;

/// <summary>
/// Asks a source that ffmpeg could not open what it answers: ffmpeg does not say which realm a password is for, where an address redirects to, or
/// which codec is announced. One request without any credentials, over rtsp:// and http:// only.
/// </summary>
internal static partial class AuthChallenge
{
    private const int MaxAnswer = 8192;
    private const int MaxRealm = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The realm as the source states it, without control characters; empty when it states none or does not answer.</summary>
    public static async Task<string> RealmAsync(string url, TimeProvider time, CancellationToken stop) => Realm(await AskAsync(url, time, stop).ConfigureAwait(false));

    /// <summary>The head of the answer, and what follows of it at once; empty when there is none.</summary>
    public static async Task<string> AskAsync(string url, TimeProvider time, CancellationToken stop)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("rtsp" or "http")) { return ""; }
        using var late = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(uri.IdnHost, uri.IsDefaultPort || uri.Port < 0 ? (uri.Scheme == "rtsp" ? 554 : 80) : uri.Port, limit.Token).ConfigureAwait(false);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Request(uri)), limit.Token).ConfigureAwait(false);
            return await ReadAsync(stream, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return ""; // the refusal itself is reported anyway
        }
    }

    /// <summary>The realm in the head of an answer.</summary>
    internal static string Realm(string head)
    {
        var match = Challenge().Match(head);
        if (!match.Success) { return ""; }
        var realm = LogLine.Clean(match.Groups[1].Value);
        return realm.Length <= MaxRealm ? realm : realm[..MaxRealm];
    }

    private static string Request(Uri uri) => uri.Scheme == "rtsp"
        ? $"DESCRIBE {uri.AbsoluteUri} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\nUser-Agent: edgepose\r\n\r\n"
        : string.Create(CultureInfo.InvariantCulture, $"GET {uri.PathAndQuery} HTTP/1.0\r\nHost: {uri.IdnHost}\r\nUser-Agent: edgepose\r\n\r\n");

    private static async Task<string> ReadAsync(NetworkStream stream, CancellationToken stop)
    {
        var buffer = new byte[MaxAnswer];
        var length = 0;
        int read;
        while (length < buffer.Length && (read = await stream.ReadAsync(buffer.AsMemory(length), stop).ConfigureAwait(false)) > 0)
        {
            length += read;
            var head = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            // A session description begins with v= and ends with its last media; the connection stays open.
            if (head >= 0 && (buffer.AsSpan(0, head).IndexOf("application/sdp"u8) < 0 || buffer.AsSpan(head, length - head).IndexOf("a=rtpmap:"u8) >= 0)) { break; }
        }
        return Encoding.Latin1.GetString(buffer, 0, length);
    }

    [GeneratedRegex("^WWW-Authenticate:[^\r\n]*realm=\"([^\"\r\n]*)\"", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Challenge();
}
