using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace EdgePose.SystemTests.Peers.Rtsp;

/// <summary>One RTSP connection of a <see cref="ScriptedRtspServer"/>.</summary>
internal sealed class RtspConversation(Stream stream, ScriptedRtspServer server, RtspScript script, int number)
{
    private const string Session = "12345678";
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly byte[] _one = new byte[1];

    public async Task RunAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var playing = Task.CompletedTask;
        try
        {
            while (await ReadRequestAsync(end.Token) is { } request)
            {
                server.Requests.Enqueue($"{number} {request.Method}");
                if (script.Silent) { continue; }
                var refusal = script.Refuse(number, request.Method);
                await AnswerAsync(request, refusal, end.Token);
                if (request.Method == "PLAY" && refusal is null) { playing = PlayAsync(end.Token); }
                if (request.Method == "TEARDOWN") { break; }
            }
        }
        finally
        {
            await end.CancelAsync();
            await playing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task AnswerAsync((string Method, string Sequence) request, string? refusal, CancellationToken stop)
    {
        var (headers, body) = ("", "");
        if (refusal is not null)
        {
            headers = refusal.StartsWith("401", StringComparison.Ordinal) ? $"WWW-Authenticate: {script.Challenge}\r\n" : "";
        }
        else
        {
            switch (request.Method)
            {
                case "OPTIONS": headers = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n"; break;
                case "DESCRIBE":
                    body = $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=scripted\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\n{script.Describe(number).Description}a=control:track1\r\n";
                    headers = string.Create(CultureInfo.InvariantCulture, $"Content-Type: application/sdp\r\nContent-Base: {server.Url}/\r\nContent-Length: {body.Length}\r\n");
                    break;
                case "SETUP": headers = $"Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: {Session};timeout=60\r\n"; break;
                case "PLAY": headers = $"Session: {Session}\r\nRange: npt=now-\r\n"; break;
                default: headers = $"Session: {Session}\r\n"; break;
            }
        }
        return WriteAsync(Encoding.ASCII.GetBytes($"RTSP/1.0 {refusal ?? "200 OK"}\r\nCSeq: {request.Sequence}\r\n{headers}\r\n{body}"), stop);
    }

    private async Task PlayAsync(CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var sender = new RtpSender(bytes => WriteAsync(bytes, stop));
        var reported = TimeSpan.MinValue;
        foreach (var picture in script.Play(number))
        {
            var wait = picture.Due - clock.Elapsed;
            if (wait > TimeSpan.Zero) { await Task.Delay(wait, stop); }
            if (script.CameraClock is { } offset && (reported == TimeSpan.MinValue || clock.Elapsed - reported > TimeSpan.FromSeconds(1)))
            {
                // By the moment at which the picture was due: a late test machine must not look like a camera whose clock jumps.
                await sender.ReportAsync(DateTimeOffset.UtcNow - (clock.Elapsed - picture.Due) + offset, picture.RtpTime);
                reported = clock.Elapsed;
            }
            await sender.SendAsync(picture.Nals, picture.IsHevc, picture.RtpTime, picture.PayloadType);
            server.Sent.AddOrUpdate(number, 1, static (_, sent) => sent + 1);
        }
        if (script.ClosesAtEnd) { stream.Close(); }
    }

    /// <summary>Null at the end of the connection. Skips what the client sends inside the connection: its receiver reports.</summary>
    private async Task<(string Method, string Sequence)?> ReadRequestAsync(CancellationToken stop)
    {
        var (method, sequence) = ("", "0");
        while (true)
        {
            if (await ReadLineAsync(stop) is not { } line) { return null; }
            if (method.Length == 0) { method = line.Split(' ')[0]; }
            else if (line.Length == 0) { return (method, sequence); }
            else if (line.StartsWith("CSeq:", StringComparison.OrdinalIgnoreCase)) { sequence = line[5..].Trim(); }
        }
    }

    private async Task<string?> ReadLineAsync(CancellationToken stop)
    {
        var line = new StringBuilder();
        while (await stream.ReadAsync(_one, stop) == 1)
        {
            var c = (char)_one[0];
            if (c == '$' && line.Length == 0)
            {
                var head = new byte[3];
                await stream.ReadExactlyAsync(head, stop);
                await stream.ReadExactlyAsync(new byte[(head[1] << 8) | head[2]], stop);
            }
            else if (c == '\n') { return line.ToString().TrimEnd('\r'); }
            else { line.Append(c); }
        }
        return null;
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        await _writing.WaitAsync(stop);
        try { await stream.WriteAsync(bytes, stop); }
        finally { _writing.Release(); }
    }
}
