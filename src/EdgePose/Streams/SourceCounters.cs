using EdgePose.Domain;

namespace EdgePose.Streams;

/// <summary>
/// What happened to a stream since the start. The account of its frames, which adds up at every instant, is <see cref="FrameSlot.Account"/>;
/// <see cref="Received"/> follows it when a frame has been handed over.
/// </summary>
internal sealed class SourceCounters
{
    private readonly long[] _restarts = new long[Enum.GetValues<StreamState>().Length];
    private long _received, _droppedNoBuffer, _refused, _truncated, _decodeErrors, _lostPackets, _damaged;

    /// <summary>Complete frames read from ffmpeg.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Frames lost because every buffer of the pool was in use.</summary>
    public long DroppedNoBuffer => Interlocked.Read(ref _droppedNoBuffer);

    /// <summary>Frames that were not handed on because they are garbage: see <see cref="FrameFault"/>.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Frames of which the end was missing when ffmpeg ended; never handed on.</summary>
    public long Truncated => Interlocked.Read(ref _truncated);

    /// <summary>Error lines of the decoder.</summary>
    public long DecodeErrors => Interlocked.Read(ref _decodeErrors);

    /// <summary>RTP packets that never came.</summary>
    public long LostPackets => Interlocked.Read(ref _lostPackets);

    /// <summary>Pictures in which the decoder concealed errors, whether or not they were handed on.</summary>
    public long DamagedPictures => Interlocked.Read(ref _damaged);

    /// <summary>Connections that ended, by the state this led to.</summary>
    public long Restarts(StreamState reason) => Interlocked.Read(ref _restarts[(int)reason]);

    internal void CountReceived() => Interlocked.Increment(ref _received);
    internal void CountDroppedNoBuffer() => Interlocked.Increment(ref _droppedNoBuffer);
    internal void CountRefused() => Interlocked.Increment(ref _refused);
    internal void CountTruncated() => Interlocked.Increment(ref _truncated);
    internal void CountRestart(StreamState reason) => Interlocked.Increment(ref _restarts[(int)reason]);

    internal void Add(long decodeErrors, long lostPackets, long damaged)
    {
        Interlocked.Add(ref _decodeErrors, decodeErrors);
        Interlocked.Add(ref _lostPackets, lostPackets);
        Interlocked.Add(ref _damaged, damaged);
    }
}
