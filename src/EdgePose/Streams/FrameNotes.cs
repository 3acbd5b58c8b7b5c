namespace EdgePose.Streams;

/// <summary>What is wrong with a frame, as far as ffmpeg's messages tell.</summary>
[Flags]
internal enum FrameFault
{
    None = 0,

    /// <summary>The decoder concealed errors in this picture.</summary>
    Damaged = 1,

    /// <summary>It comes out of a burst of decode errors: another codec, or a stream that is all noise.</summary>
    Garbled = 2,

    /// <summary>The source has changed its picture size: no frame of the old size, although it is scaled to look like one.</summary>
    OtherSize = 4,
}

/// <summary>What ffmpeg says of a frame just before it writes it.</summary>
/// <param name="Seconds">Presentation time on ffmpeg's output time line; NaN when the source gave none.</param>
/// <param name="Fault">What is wrong with it.</param>
internal readonly record struct FrameNote(double Seconds, FrameFault Fault);

/// <summary>
/// Brings ffmpeg's message about a frame together with the frame itself: note n belongs to frame n of the connection. Notes are written
/// by the thread that drains the messages and taken by the one that reads the frames; ffmpeg writes a note before the frame, so that
/// waiting for it takes no longer than the other thread needs to wake up. Allocates nothing.
/// </summary>
/// <param name="wait">How long a note is waited for; null = a quarter of a second.</param>
internal sealed class FrameNotes(TimeSpan? wait = null)
{
    /// <summary>ffmpeg is never more than the pipe's buffer ahead of the reader, which is less than two frames of any useful size.</summary>
    private const int Capacity = 256;
    private const int Patience = 3;
    private readonly TimeSpan _wait = wait ?? TimeSpan.FromMilliseconds(250);

    private readonly object _gate = new();
    private readonly FrameNote[] _ring = new FrameNote[Capacity];
    private long _written;
    private int _misses;

    public void Add(FrameNote note)
    {
        lock (_gate)
        {
            _ring[_written++ % Capacity] = note;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>The note of frame <paramref name="index"/>. False when there is none; after three misses nothing is waited for any more.</summary>
    public bool TryTake(long index, out FrameNote note)
    {
        lock (_gate)
        {
            if (_written <= index && _misses < Patience)
            {
                // One wait: the reader is the only one who waits, and a spurious wake-up costs one frame its note.
                Monitor.Wait(_gate, _wait);
            }
            var known = index < _written && index >= _written - Capacity;
            note = known ? _ring[index % Capacity] : default;
            _misses = known ? 0 : _misses + 1;
            return known;
        }
    }
}
