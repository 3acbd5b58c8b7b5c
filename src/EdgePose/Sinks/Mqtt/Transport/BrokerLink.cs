using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace EdgePose.Sinks.Mqtt.Transport;

/// <summary>
/// Opens the byte stream to the broker: TCP, TLS over it, a WebSocket over either. The client library gets it ready-made, because its own
/// channels send client certificates without their intermediates, and trust no CA file under WebSockets.
/// </summary>
internal sealed class BrokerLink(MqttSettings options, TlsHandshake? tls, TimeProvider time)
{
    /// <summary>
    /// What the system takes from us before the network has it; Linux doubles it. Small, because on a slow link everything in it stands
    /// before the next event: at 20 kbit/s these are six seconds. A link of 50 ms still carries 300 KB a second.
    /// </summary>
    private const int SendBuffer = 8 * 1024;

    /// <summary>The open stream, or why there is none.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Sockets, TLS and HTTP fail with many types; Reasons names them.")]
    public async Task<(Stream? Stream, BrokerStatus? Fault)> OpenAsync(CancellationToken stop)
    {
        // Set going once TCP is up: how long that may take depends on the number of addresses.
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            if (options.WebSocketPath is { } path) { return await OpenWebSocketAsync(path, limit, both.Token).ConfigureAwait(false); }
            var tcp = await ConnectAsync(stop).ConfigureAwait(false);
            limit.CancelAfter(options.AnswerTimeout);
            return (tls is null ? tcp : await SecureAsync(tcp, tls.Options(), both.Token).ConfigureAwait(false), null);
        }
        catch (Exception e)
        {
            if (stop.IsCancellationRequested) { return (null, BrokerStatus.Closed); }
            return (null, limit.IsCancellationRequested ? Reasons.HandshakeTooLong(options) : Reasons.FromOpening(e, options, tls));
        }
    }

    /// <summary>Tries every address of the host, each with the whole limit; the reason is that of the last one.</summary>
    private async Task<NetworkStream> ConnectAsync(CancellationToken stop)
    {
        var addresses = IPAddress.TryParse(options.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(options.Host, stop).WaitAsync(stop).ConfigureAwait(false);
        var last = new SocketException((int)SocketError.HostNotFound);
        foreach (var address in addresses)
        {
            try { return await ConnectAsync(address, stop).ConfigureAwait(false); }
            catch (SocketException e) { last = e; }
        }
        throw last;
    }

    private async Task<NetworkStream> ConnectAsync(IPAddress address, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(options.AnswerTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        // Without linger closing does not wait, and the system still delivers what was written.
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true, LingerState = new LingerOption(false, 0), SendBufferSize = SendBuffer,
        };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, options.Port), both.Token).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is OperationCanceledException && !stop.IsCancellationRequested) { throw new SocketException((int)SocketError.TimedOut); }
            throw;
        }
    }

    private static async Task<SslStream> SecureAsync(NetworkStream tcp, SslClientAuthenticationOptions handshake, CancellationToken stop)
    {
        var secure = new SslStream(tcp);
        try
        {
            await secure.AuthenticateAsClientAsync(handshake, stop).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<(Stream?, BrokerStatus?)> OpenWebSocketAsync(string path, CancellationTokenSource limit, CancellationToken stop)
    {
        // Nothing between us and the broker that was not asked for: no proxy of the environment, no redirection.
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false, AllowAutoRedirect = false, UseCookies = false,
            ConnectCallback = async (_, attempt) =>
            {
                var tcp = await ConnectAsync(attempt).ConfigureAwait(false);
                limit.CancelAfter(options.AnswerTimeout);
                return tcp;
            },
        };
        if (tls is not null) { handler.SslOptions = tls.Options(); }
        using var invoker = new HttpMessageInvoker(handler);
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("mqtt");
        socket.Options.CollectHttpResponseDetails = true;
        // MQTT has its own keep-alive.
        socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        try
        {
            var address = new UriBuilder(tls is null ? "ws" : "wss", options.Host, options.Port, path).Uri;
            await socket.ConnectAsync(address, invoker, stop).ConfigureAwait(false);
            return (WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: true), null);
        }
        catch (WebSocketException) when (socket.HttpStatusCode != 0)
        {
            var code = (int)socket.HttpStatusCode;
            socket.Dispose();
            return (null, Reasons.NoWebSocket(code, path, options));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
