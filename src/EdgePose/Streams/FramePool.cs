using System.Diagnostics.CodeAnalysis;
using EdgePose.Domain;

namespace EdgePose.Streams;

/// <summary>
/// A fixed number of frames of one size. Frames are made on first need and reused for life. When all are out, <see cref="TryRent"/> gives
/// none: the reader drops and counts. A frame given back twice is a bug and throws. Frames may come back after their stream has ended.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Frames come back after their stream has ended; a SemaphoreSlim without wait handle holds nothing.")]
internal sealed class FramePool
{
    private readonly Lock _gate = new();
    private readonly Frame?[] _frames;
    private readonly bool[] _rented;
    private readonly SemaphoreSlim _free;
    private readonly Action<Frame> _release;

    /// <param name="width">Pixels per row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="capacity">At least 3: one being read, one waiting, one in use.</param>
    public FramePool(int width, int height, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 3);
        (Width, Height, Capacity) = (width, height, capacity);
        (_frames, _rented) = (new Frame[capacity], new bool[capacity]);
        _free = new SemaphoreSlim(capacity, capacity);
        _release = Return;
    }

    public int Width { get; }
    public int Height { get; }
    public int Capacity { get; }

    /// <summary>Frames that are out; 0 after everything has been shut down, else somebody leaks.</summary>
    public int Outstanding { get { lock (_gate) { return _rented.Count(static rented => rented); } } }

    public Frame? TryRent() => _free.Wait(0) ? Take() : null;

    /// <summary>Waits for a free frame: for recordings of which no frame may be lost.</summary>
    public Frame Rent(CancellationToken stop)
    {
        _free.Wait(stop);
        return Take();
    }

    /// <summary>The frames that are out, for the message of a leak check.</summary>
    public string DescribeOutstanding()
    {
        lock (_gate) { return string.Join(", ", _frames.Where((_, i) => _rented[i]).Select(static frame => frame!.ToString())); }
    }

    private Frame Take()
    {
        lock (_gate)
        {
            var i = Array.IndexOf(_rented, false);
            _rented[i] = true;
            return _frames[i] ??= new Frame(Width, Height, _release);
        }
    }

    private void Return(Frame frame)
    {
        lock (_gate)
        {
            var i = Array.IndexOf(_frames, frame);
            if (i < 0 || !_rented[i]) { throw new InvalidOperationException($"frame {frame} was given back twice"); }
            _rented[i] = false;
        }
        _free.Release();
    }
}
