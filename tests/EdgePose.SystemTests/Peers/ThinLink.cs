using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace EdgePose.Peers;

/// <summary>
/// A relay to a broker on loopback that lets through so many bits a second in each direction, as a tethered modem does. Its own buffers are small,
/// so that the sender feels the rate.
/// </summary>
internal sealed class ThinLink : IAsyncDisposable
{
    private const int Piece = 256;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _tasks = [];
    private readonly int _target;
    private readonly double _bytesPerSecond;
    private int _connections;

    public ThinLink(int target, int bitsPerSecond)
    {
        (_target, _bytesPerSecond) = (target, bitsPerSecond / 8.0);
        // Before listen: connections inherit it.
        _listener.ReceiveBufferSize = 4096;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _tasks.Add(AcceptAsync());
    }

    public int Port { get; }

    /// <summary>Connections that were ever made.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Bytes that went to the broker.</summary>
    public long Up;

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                lock (_tasks) { _tasks.Add(ServeAsync(near)); }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _listener.Dispose();
        }
    }

    private async Task ServeAsync(Socket near)
    {
        using var client = near;
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            near.NoDelay = true;
            await Task.WhenAny(PassAsync(near, far, up: true), PassAsync(far, near, up: false));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            Debug.WriteLine(e.Message); // one side is gone; closing both says so to the other
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool up)
    {
        var buffer = new byte[Piece];
        var clock = Stopwatch.StartNew();
        var free = TimeSpan.Zero;
        int read;
        while ((read = await from.ReceiveAsync(buffer, _stop.Token)) > 0)
        {
            free = (free > clock.Elapsed ? free : clock.Elapsed) + TimeSpan.FromSeconds(read / _bytesPerSecond);
            var wait = free - clock.Elapsed;
            if (wait > TimeSpan.Zero) { await Task.Delay(wait, _stop.Token); }
            await to.SendAsync(buffer.AsMemory(0, read), _stop.Token);
            if (up) { Interlocked.Add(ref Up, read); }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] tasks;
        lock (_tasks) { tasks = [.. _tasks]; }
        await Task.WhenAll(tasks).ContinueWith(static _ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }
}
