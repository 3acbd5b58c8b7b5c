using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EdgePose.SystemTests.Peers;

/// <summary>
/// Stands between a client and a server on loopback and spoils what the server sends: delays, jitter, a thin link, silence, a reset, a half-closed
/// connection, flipped bits, a cut at a byte. Faults may be changed at any time and hold for connections that stand, too. Random faults
/// follow a fixed seed.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _pumps = [];
    private readonly ConcurrentDictionary<TcpClient, TcpClient> _clients = [];
    private readonly Random _random = new(42);
    private readonly int _target;
    private readonly Task _accepting;

    public FaultProxy(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Each piece is held back for this long.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>And up to this much longer, without changing the order.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>Nothing is passed on in either direction, and no connection is closed.</summary>
    public volatile bool Stalled;

    /// <summary>Bytes per second to the client; 0 = no limit.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>One bit is flipped in each so many bytes; 0 = none.</summary>
    public int FlipEvery { get; set; }

    /// <summary>The connection is cut after so many bytes from the server; 0 = never.</summary>
    public long CutAfter { get; set; }

    /// <summary>Bytes that the clients got.</summary>
    public long Passed;

    /// <summary>Ends every connection with RST, as a crashed camera does.</summary>
    public void Reset()
    {
        foreach (var client in _clients.Keys) { Reset(client); }
    }

    /// <summary>Says to every client that no more will come, and goes on listening to it.</summary>
    public void HalfClose()
    {
        foreach (var client in _clients.Keys) { client.Client.Shutdown(SocketShutdown.Send); }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _pumps.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _listener.Stop();
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            (near.NoDelay, far.NoDelay) = (true, true);
            _clients[near] = far;
            await Task.WhenAny(UpAsync(near.GetStream(), far.GetStream()), DownAsync(far.GetStream(), near));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone; disposing both says so to the other.
            _ = e;
        }
        finally
        {
            _clients.TryRemove(near, out _);
        }
    }

    private async Task UpAsync(NetworkStream near, NetworkStream far)
    {
        var buffer = new byte[4096];
        int read;
        while ((read = await near.ReadAsync(buffer, _stop.Token)) > 0)
        {
            await HoldAsync();
            await far.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }

    private async Task DownAsync(NetworkStream far, TcpClient near)
    {
        var buffer = new byte[4096];
        long passed = 0;
        int read;
        while ((read = await far.ReadAsync(buffer.AsMemory(0, BytesPerSecond > 0 ? Math.Min(4096, 1 + (BytesPerSecond / 20)) : 4096), _stop.Token)) > 0)
        {
            await HoldAsync();
            var pause = Delay + (Jitter * NextDouble()) + (BytesPerSecond > 0 ? TimeSpan.FromSeconds(read / (double)BytesPerSecond) : TimeSpan.Zero);
            if (pause > TimeSpan.Zero) { await Task.Delay(pause, _stop.Token); }
            Flip(buffer.AsSpan(0, read), passed);
            var pass = CutAfter > 0 ? (int)Math.Min(read, Math.Max(0, CutAfter - passed)) : read;
            await near.GetStream().WriteAsync(buffer.AsMemory(0, pass), _stop.Token);
            passed += pass;
            Interlocked.Add(ref Passed, pass);
            if (pass < read) { return; }
        }
    }

    private async Task HoldAsync()
    {
        while (Stalled) { await Task.Delay(20, _stop.Token); }
    }

    private void Flip(Span<byte> bytes, long position)
    {
        if (FlipEvery <= 0) { return; }
        for (var i = 0; i < bytes.Length; i++)
        {
            if ((position + i) % FlipEvery == FlipEvery - 1) { bytes[i] ^= (byte)(1 << (int)((position / FlipEvery) % 8)); }
        }
    }

    private double NextDouble()
    {
        lock (_random) { return _random.NextDouble(); }
    }

    private static void Reset(TcpClient client)
    {
        client.LingerState = new LingerOption(true, 0);
        client.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_pumps);
        _stop.Dispose();
    }
}
