using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace EdgePose.Peers;

/// <summary>
/// An MQTT 3.1.1 subscriber that reads what it was sent to the last byte, also after the broker was killed, and is back within milliseconds.
/// mosquitto_sub cannot be the witness of a killed broker: it gives a connection up at the first failed write and drops what it has not
/// read yet. With a session it acknowledges and is caught up; without one it sees each publish once, whoever repeats it.
/// </summary>
internal sealed class Witness : IAsyncDisposable
{
    private const int Connect = 1, ConnAck = 2, Publish = 3, PubAck = 4, Subscribe = 8, SubAck = 9, PingResponse = 13;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _payloads = new();
    private readonly (int Port, string Id, string Filter, bool Session) _what;
    private readonly Task _running;
    private int _connections;

    public Witness(MosquittoBroker broker, string id, string filter, bool session)
    {
        _what = (broker.Port, id, filter, session);
        _running = RunAsync();
    }

    /// <summary>Bodies in the order of their arrival.</summary>
    public IReadOnlyCollection<string> Payloads => _payloads;

    /// <summary>How often it has been subscribed.</summary>
    public int Connections => Volatile.Read(ref _connections);

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var tcp = new TcpClient { NoDelay = true };
                await tcp.ConnectAsync("127.0.0.1", _what.Port, _stop.Token);
                await ServeAsync(tcp.GetStream());
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                await Task.Delay(20);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        byte flags = (byte)(_what.Session ? 0 : 2);
        await SendAsync(stream, Connect, 0, [0, 4, .. "MQTT"u8, 4, flags, 0, 0, .. Text(_what.Id)]);
        await SendAsync(stream, Subscribe, 2, [0, 1, .. Text(_what.Filter), (byte)(_what.Session ? 1 : 0)]);
        while (true)
        {
            var header = await ReadAsync(stream, 1);
            var body = await ReadAsync(stream, await LengthAsync(stream));
            switch (header[0] >> 4)
            {
                case SubAck: Interlocked.Increment(ref _connections); break;
                case Publish: await TakeAsync(stream, (header[0] >> 1) & 3, body); break;
                case ConnAck or PingResponse: break;
                default: throw new InvalidDataException($"packet type {header[0] >> 4} is not for a subscriber");
            }
        }
    }

    private async Task TakeAsync(NetworkStream stream, int qos, byte[] body)
    {
        var at = 2 + BinaryPrimitives.ReadUInt16BigEndian(body);
        _payloads.Enqueue(Encoding.UTF8.GetString(body.AsSpan(at + (qos > 0 ? 2 : 0))));
        if (qos == 0) { return; }
        try { await SendAsync(stream, PubAck, 0, body[at..(at + 2)]); }
        catch (IOException)
        {
            // The broker is gone; what it has sent is still to be read.
            return;
        }
    }

    private async Task<int> LengthAsync(NetworkStream stream)
    {
        for (var (value, shift) = (0, 0); ; shift += 7)
        {
            var next = (await ReadAsync(stream, 1))[0];
            value |= (next & 0x7f) << shift;
            if (next < 0x80) { return value; }
        }
    }

    private async Task<byte[]> ReadAsync(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, _stop.Token);
        return bytes;
    }

    private static async Task SendAsync(NetworkStream stream, int type, int flags, byte[] body)
    {
        if (body.Length > 127) { throw new ArgumentException("longer than one length byte says", nameof(body)); }
        await stream.WriteAsync((byte[])[(byte)((type << 4) | flags), (byte)body.Length, .. body]);
    }

    private static byte[] Text(string text) => [0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
