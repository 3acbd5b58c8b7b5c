using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EdgePose.Peers;

/// <summary>
/// A listener that speaks as much MQTT as a test tells it: it answers each CONNECT with the given bytes or hangs up, and what follows is read and
/// given to the test.
/// </summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    public static readonly byte[] Accepted5 = [0x20, 3, 0, 0, 0], Accepted311 = [0x20, 2, 0, 0];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<ConnectPacket, byte[]?> _answer;
    private readonly Func<NetworkStream, Task> _serve;
    private readonly Task _accepting;
    private readonly ConcurrentBag<Task> _clients = [];

    /// <param name="answer">To CONNECT; null = hang up.</param>
    /// <param name="serve">What happens after a CONNACK; null = read until the other side goes.</param>
    public ScriptedBroker(Func<ConnectPacket, byte[]?> answer, Func<NetworkStream, Task>? serve = null)
    {
        (_answer, _serve) = (answer, serve ?? (s => s.CopyToAsync(Stream.Null, _stop.Token)));
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Every CONNECT, in order.</summary>
    public ConcurrentQueue<ConnectPacket> Connects { get; } = new();

    /// <summary>What a CONNECT said.</summary>
    /// <param name="Level">4 = MQTT 3.1.1, 5 = MQTT 5.</param>
    /// <param name="Flags">Of the connection (MQTT 5.0, 3.1.2.3).</param>
    public sealed record ConnectPacket(int Level, int Flags)
    {
        public bool HasWill => (Flags & 0x04) != 0;
        public int WillQos => (Flags >> 3) & 3;
        public bool WillRetain => (Flags & 0x20) != 0;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) { _clients.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token))); }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { _listener.Stop(); }
    }

    private async Task ServeAsync(TcpClient accepted)
    {
        using var client = accepted;
        var (stream, buffer) = (accepted.GetStream(), new byte[4096]);
        try
        {
            var length = await stream.ReadAtLeastAsync(buffer, 14, cancellationToken: _stop.Token);
            // Type, length of one or two bytes, length and name of the protocol, level, flags.
            var at = (buffer[1] & 0x80) == 0 ? 8 : 9;
            var connect = new ConnectPacket(length > at + 1 ? buffer[at] : 0, length > at + 1 ? buffer[at + 1] : 0);
            Connects.Enqueue(connect);
            if (_answer(connect) is not { } answer) { return; }
            await stream.WriteAsync(answer, _stop.Token);
            await _serve(stream);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            System.Diagnostics.Debug.WriteLine(e.Message); // the other side is gone, or the test is over
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_clients);
        _stop.Dispose();
    }
}
