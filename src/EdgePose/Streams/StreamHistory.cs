using System.Collections.Concurrent;

namespace EdgePose.Streams;

/// <summary>
/// The highest numbers that one stream has used in this process. A reload exchanges supervisor and tracker; with this, no epoch, frame number
/// or track id is used twice. Written by whatever pipeline runs, read when the next one starts.
/// </summary>
internal sealed class StreamHistory
{
    public int Epoch { get; set; }
    public long Sequence { get; set; }
    public long Track { get; set; }
}

/// <summary>One history per stream name that was ever configured.</summary>
internal sealed class StreamHistories
{
    private readonly ConcurrentDictionary<string, StreamHistory> _byStream = new(StringComparer.Ordinal);

    public StreamHistory Of(string stream) => _byStream.GetOrAdd(stream, static _ => new StreamHistory());
}
