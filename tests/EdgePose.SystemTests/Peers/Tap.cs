using System.Net;
using System.Net.Sockets;

namespace EdgePose.Peers;

/// <summary>Stands between a client and a server on loopback and keeps every byte that the client sends.</summary>
internal sealed class Tap : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly MemoryStream _captured = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _pumps = [];
    private readonly int _target;
    private readonly Task _accepting;

    public Tap(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public byte[] Captured { get { lock (_captured) { return _captured.ToArray(); } } }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                _pumps.Add(PumpAsync(client, server, keep: true));
                _pumps.Add(PumpAsync(server, client, keep: false));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _listener.Stop();
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool keep)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await from.GetStream().ReadAsync(buffer, _stop.Token)) > 0)
            {
                if (keep) { lock (_captured) { _captured.Write(buffer, 0, read); } }
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone; closing the other one below says so to it.
            _ = e;
        }
        finally
        {
            from.Dispose();
            to.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_pumps);
        _stop.Dispose();
    }
}
