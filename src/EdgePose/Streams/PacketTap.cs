using System.Globalization;
using System.IO.Pipes;
using EdgePose.Loops;
using EdgePose.Streams.Packets;

namespace EdgePose.Streams;

/// <summary>
/// A second output of the same ffmpeg: the packets undecoded, as a fragmented MP4 with one fragment a packet, because only that muxer writes
/// down the sender's time (its prft box; ffmpeg 5.1). The pipe's writing end is opened by ffmpeg through /proc, so that no other
/// child inherits it. ffmpeg writes through a queue that drops packets when nobody reads and survives packets that MP4 cannot hold; the frames
/// are never held up.
/// </summary>
internal sealed class PacketTap : IAsyncDisposable
{
    private const string Muxer = "movflags=empty_moov+frag_every_frame+default_base_moof:write_prft=wallclock:flush_packets=1";

    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.In, HandleInheritability.None);
    private readonly string _path;
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(2);
    private readonly TimeProvider _time;
    private readonly Task _reading;

    /// <param name="stream">Names the thread.</param>
    /// <param name="onPacket">Called for each packet on the tap's own thread; must not block.</param>
    /// <param name="time">Clock of the limit when it ends.</param>
    public PacketTap(string stream, Action<Packet> onPacket, TimeProvider time)
    {
        _time = time;
        _path = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{_pipe.ClientSafePipeHandle.DangerousGetHandle()}");
        _reading = Worker.Run("packets " + stream, () => new FragmentReader(_pipe, onPacket).Run());
    }

    /// <summary>Output options for ffmpeg, to stand behind its first output.</summary>
    public IEnumerable<string> Arguments(int streamIndex) =>
    [
        "-map", string.Create(CultureInfo.InvariantCulture, $"0:{streamIndex}"), "-c", "copy", "-f", "fifo", "-fifo_format", "mp4", "-format_opts", Muxer,
        "-queue_size", "120", "-drop_pkts_on_overflow", "1", "-attempt_recovery", "1", "-recover_any_error", "1", "-recovery_wait_time", "5", _path,
    ];

    /// <summary>Only after ffmpeg has ended: gives up the own writing end, which ends the reading.</summary>
    public async ValueTask DisposeAsync()
    {
        _pipe.DisposeLocalCopyOfClientHandle();
        // The limit is for an ffmpeg that the kernel holds on to.
        await Task.WhenAny(_reading, Task.Delay(EndWithin, _time, CancellationToken.None)).ConfigureAwait(false);
        await _pipe.DisposeAsync().ConfigureAwait(false);
    }
}
