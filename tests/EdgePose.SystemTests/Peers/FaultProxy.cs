using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

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
    private readonly Stopwatch _clock = Stopwatch.StartNew();
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
        // What is on its way; full, it slows the server down as a router's queue does.
        var way = Channel.CreateBounded<(TimeSpan Due, byte[] Bytes)>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = true });
        var delivering = DeliverAsync(way.Reader, near);
        var buffer = new byte[4096];
        var due = TimeSpan.Zero;
        int read;
        try
        {
            while ((read = await far.ReadAsync(buffer, _stop.Token)) > 0)
            {
                var (arrival, transmission) = (_clock.Elapsed + Delay + (Jitter * NextDouble()), BytesPerSecond > 0 ? TimeSpan.FromSeconds(read / (double)BytesPerSecond) : TimeSpan.Zero);
                due = (arrival > due ? arrival : due) + transmission;
                await way.Writer.WriteAsync((due, buffer[..read]), _stop.Token);
            }
        }
        finally
        {
            way.Writer.Complete();
            await delivering;
        }
    }

    private async Task DeliverAsync(ChannelReader<(TimeSpan Due, byte[] Bytes)> way, TcpClient near)
    {
        long passed = 0;
        await foreach (var (due, bytes) in way.ReadAllAsync(_stop.Token))
        {
            var wait = due - _clock.Elapsed;
            if (wait > TimeSpan.Zero) { await Task.Delay(wait, _stop.Token); }
            await HoldAsync();
            Flip(bytes, passed);
            var pass = CutAfter > 0 ? (int)Math.Min(bytes.Length, Math.Max(0, CutAfter - passed)) : bytes.Length;
            await near.GetStream().WriteAsync(bytes.AsMemory(0, pass), _stop.Token);
            passed += pass;
            Interlocked.Add(ref Passed, pass);
            if (pass == bytes.Length) { continue; }
            near.Client.Shutdown(SocketShutdown.Both);
            return;
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
