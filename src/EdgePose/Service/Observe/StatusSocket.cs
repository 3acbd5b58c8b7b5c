using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text.Json;
using EdgePose.Loops;
using Microsoft.Extensions.Logging;

namespace EdgePose.Service.Observe;

/// <summary>
/// The local view of the daemon: a Unix domain socket, mode 0660, that sends every client one <see cref="NodeSnapshot"/> as a JSON line
/// at once and then each second. Nothing is read from clients. At most <see cref="MostClients"/> of them; one that does not take its line
/// within two seconds is dropped and counted, so that a suspended <c>top</c> costs nothing.
/// </summary>
internal sealed partial class StatusSocket : IAsyncDisposable
{
    public const int MostClients = 8;

    // A minute or so of a client that does not read.
    private const int SendBuffer = 64 * 1024;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), SendLimit = TimeSpan.FromSeconds(2);

    private readonly Socket _listener;
    private readonly Func<NodeSnapshot?> _take;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<Task> _clients = [];
    private readonly SupervisedLoop _accepting;
    private byte[] _line = [];
    private long _lineAt;
    private long _slow, _refused;

    private StatusSocket(Socket listener, string path, Func<NodeSnapshot?> take, TimeProvider time, ILogger logger)
    {
        (_listener, Path, _take, _time, _logger) = (listener, path, take, time, logger);
        _accepting = new SupervisedLoop("accepting clients", AcceptAsync, new Supervision("status socket", time, logger), time);
        _accepting.Start();
    }

    public string Path { get; }

    /// <summary>Clients that are connected.</summary>
    public int Clients { get { lock (_gate) { return _clients.Count(static c => !c.IsCompleted); } } }

    /// <summary>Clients that were dropped because they did not read.</summary>
    public long Slow => Interlocked.Read(ref _slow);

    /// <summary>Clients that were turned away because there were <see cref="MostClients"/>.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>
    /// Opens the socket. A file that a killed daemon left behind is replaced; one at which somebody answers, or that is no socket, is
    /// left alone. Null, with the problem, when the path cannot be had.
    /// </summary>
    public static StatusSocket? TryOpen(string path, Func<NodeSnapshot?> take, TimeProvider time, ILogger logger, out string problem)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            problem = SocketPlace.Prepare(path);
            if (problem.Length == 0)
            {
                listener.Bind(new UnixDomainSocketEndPoint(path));
                // Nobody else can write to the folder, so that this is the socket and no link.
                File.SetUnixFileMode(path, Mode);
                listener.Listen(MostClients);
                return new StatusSocket(listener, path, take, time, logger);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            problem = e.Message;
        }
        listener.Dispose();
        return null;
    }

    private async Task AcceptAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptAsync(stop).ConfigureAwait(false);
                client.SendBufferSize = SendBuffer;
                lock (_gate)
                {
                    _clients.RemoveAll(static c => c.IsCompleted);
                    if (_clients.Count < MostClients) { _clients.Add(ServeAsync(client)); continue; }
                }
                Interlocked.Increment(ref _refused);
                client.Dispose();
            }
            catch (SocketException)
            {
                // The client was gone before it was accepted, or descriptors are short: the next one may come through.
                await Task.Delay(Interval, _time, stop).ConfigureAwait(false);
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The supervisor boundary of a client: a defect in a figure must not end the daemon, and must not be silent.")]
    private async Task ServeAsync(Socket client)
    {
        await Task.Yield();
        using var socket = client;
        await using var stream = new NetworkStream(client);
        using var timer = new PeriodicTimer(Interval, _time);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var leaving = LeavingAsync(client, gone);
        try
        {
            do
            {
                var line = Line();
                using var limit = new CancellationTokenSource(SendLimit, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, gone.Token);
                try { await stream.WriteAsync(line, either.Token).ConfigureAwait(false); }
                catch (OperationCanceledException) when (limit.IsCancellationRequested)
                {
                    LogSlow(Interlocked.Increment(ref _slow));
                    return;
                }
            }
            while (await timer.WaitForNextTickAsync(gone.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            LogGone(e.Message);
        }
        catch (Exception e)
        {
            LogBug(e);
        }
        await gone.CancelAsync().ConfigureAwait(false);
        await leaving.ConfigureAwait(false);
    }

    /// <summary>Ends with the client: its place is free at once, not only when the next line cannot be sent.</summary>
    private async Task LeavingAsync(Socket client, CancellationTokenSource gone)
    {
        var ignored = new byte[64];
        try
        {
            while (await client.ReceiveAsync(ignored, gone.Token).ConfigureAwait(false) > 0) { }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            LogGone(e.Message);
        }
        await gone.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>The current line; made once for all clients.</summary>
    private byte[] Line()
    {
        lock (_gate)
        {
            if (_line.Length == 0 || _time.GetElapsedTime(_lineAt) > Interval / 2)
            {
                _lineAt = _time.GetTimestamp();
                _line = _take() is { } snapshot ? [.. JsonSerializer.SerializeToUtf8Bytes(snapshot, SnapshotJson.Plain.NodeSnapshot), (byte)'\n'] : [];
            }
            return _line;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _accepting.Cancel();
        await _accepting.Completion.ConfigureAwait(false);
        _accepting.Dispose();
        Task[] clients;
        lock (_gate) { clients = [.. _clients]; }
        await Task.WhenAll(clients).ConfigureAwait(false);
        _listener.Dispose();
        File.Delete(Path);
        _stop.Dispose();
    }
}
