using EdgePose.Domain;

namespace EdgePose.Ingest;

/// <summary>
/// What happened to a stream since the start. The account of its frames, which adds up at every instant, is <see cref="FrameSlot.Account"/>;
/// <see cref="Received"/> follows it when a frame has been handed over.
/// </summary>
internal sealed class StreamCounters
{
    private readonly long[] _restarts = new long[Enum.GetValues<StreamState>().Length];
    private long _received, _droppedNoBuffer, _truncated, _decodeErrors;

    /// <summary>Complete frames read from ffmpeg.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Frames lost because every buffer of the pool was in use.</summary>
    public long DroppedNoBuffer => Interlocked.Read(ref _droppedNoBuffer);

    /// <summary>Frames of which the end was missing when ffmpeg ended; never handed on.</summary>
    public long Truncated => Interlocked.Read(ref _truncated);

    /// <summary>Error lines of the decoder.</summary>
    public long DecodeErrors => Interlocked.Read(ref _decodeErrors);

    /// <summary>Connections that ended, by the state this led to.</summary>
    public long Restarts(StreamState reason) => Interlocked.Read(ref _restarts[(int)reason]);

    internal void CountReceived() => Interlocked.Increment(ref _received);
    internal void CountDroppedNoBuffer() => Interlocked.Increment(ref _droppedNoBuffer);
    internal void CountTruncated() => Interlocked.Increment(ref _truncated);
    internal void CountRestart(StreamState reason) => Interlocked.Increment(ref _restarts[(int)reason]);
    internal void AddDecodeErrors(long more) => Interlocked.Add(ref _decodeErrors, more);
}
