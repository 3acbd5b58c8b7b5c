namespace EdgePose.Domain;

/// <summary>
/// One picture as packed RGB24 rows without padding (<c>Height x Width x 3</c> bytes). It has exactly one owner: whoever takes it from a
/// slot disposes it, which returns the buffer to its pool. A frame never leaves the process and has no textual or serialised form.
/// </summary>
internal sealed class Frame : IDisposable
{
    private readonly Action<Frame>? _release;

    /// <param name="width">Pixels per row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="release">Called once per use by <see cref="Dispose"/>; null for a frame that belongs to no pool.</param>
    public Frame(int width, int height, Action<Frame>? release = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        (Width, Height, _release) = (width, height, release);
        Pixels = new byte[checked(width * height * 3)];
    }

    public int Width { get; }
    public int Height { get; }
    public byte[] Pixels { get; }
    public FrameInfo Info { get; set; }

    public void Dispose() => _release?.Invoke(this);

    public override string ToString() => $"{Info.Stream}#{Info.Sequence} {Width}x{Height}";
}
