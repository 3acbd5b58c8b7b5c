using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EdgePose.SystemTests.Peers.Rtsp;

/// <summary>
/// An RTSP server that misbehaves as it is told, on a free port of 127.0.0.1, over TCP only. For what no real server can be made to do: a codec
/// that changes, answers that do not fit, time stamps that jump.
/// </summary>
internal sealed class ScriptedRtspServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly Task _accepting;
    private int _connections;

    public ScriptedRtspServer(RtspScript script)
    {
        Script = script;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>May be exchanged; connections that stand keep theirs.</summary>
    public RtspScript Script { get; set; }
    public int Port { get; }
    public string Url => string.Create(CultureInfo.InvariantCulture, $"rtsp://127.0.0.1:{Port}/cam");
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Requests so far, as <c>connection method</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Pictures sent so far, by connection.</summary>
    public ConcurrentDictionary<int, int> Sent { get; } = new();

    /// <summary>Defects of the server itself: must be empty at the end.</summary>
    public ConcurrentQueue<Exception> Failures { get; } = new();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                client.NoDelay = true;
                var number = Interlocked.Increment(ref _connections) - 1;
                _conversations.Add(ServeAsync(client, number));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _listener.Stop();
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using var owned = client;
        try
        {
            await new RtspConversation(client.GetStream(), this, Script, number).RunAsync(_stop.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The client has left, or the test is over.
            _ = e;
        }
        catch (Exception e)
        {
            Failures.Enqueue(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_conversations);
        _stop.Dispose();
        Assert.Empty(Failures);
    }
}
