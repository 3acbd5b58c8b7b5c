using EdgePose.Domain;

namespace EdgePose.People.Flow;

/// <summary>
/// A frame's luma in three sizes, each half of the one before, for optical flow. The largest has at most 640 cells along its long side:
/// larger frames are averaged over squares of whole pixels first, which costs no accuracy that joints have.
/// </summary>
internal sealed class LumaPyramid
{
    public const int Levels = 3;

    private const int LongestSide = 640;

    // BT.601 in 8 bits.
    private const int Red = 77, Green = 150, Blue = 29;

    private readonly byte[][] _planes = [[], [], []];
    private readonly int[] _widths = new int[Levels], _heights = new int[Levels];
    private int[] _sums = [];

    /// <summary>Frame pixels along a side of a cell of the largest level.</summary>
    public int Step { get; private set; } = 1;

    public bool IsEmpty => _widths[0] == 0;

    public int Width(int level) => _widths[level];

    public int Height(int level) => _heights[level];

    public ReadOnlySpan<byte> Row(int level, int y) => _planes[level].AsSpan(y * _widths[level], _widths[level]);

    /// <summary>Forgets the picture.</summary>
    public void Clear() => _widths[0] = 0;

    /// <summary>Draws <paramref name="frame"/>. Allocates only for a larger frame than before.</summary>
    public void Draw(Frame frame)
    {
        Step = Math.Max(1, (Math.Max(frame.Width, frame.Height) + LongestSide - 1) / LongestSide);
        Reserve(0, frame.Width / Step, frame.Height / Step);
        if (Step == 1) { Copy(frame); }
        else { Average(frame); }
        for (var level = 1; level < Levels; level++) { Halve(level); }
    }

    private void Reserve(int level, int width, int height)
    {
        (_widths[level], _heights[level]) = (width, height);
        if (_planes[level].Length < width * height) { _planes[level] = new byte[width * height]; }
    }

    private void Copy(Frame frame)
    {
        var (pixels, plane) = (frame.Pixels, _planes[0]);
        for (int i = 0, p = 0; i < frame.Width * frame.Height; i++, p += 3)
        {
            plane[i] = (byte)((Red * pixels[p] + Green * pixels[p + 1] + Blue * pixels[p + 2] + 128) >> 8);
        }
    }

    private void Average(Frame frame)
    {
        var (width, height) = (_widths[0], _heights[0]);
        if (_sums.Length < width) { _sums = new int[width]; }
        var cell = 256 * Step * Step;
        for (var y = 0; y < height; y++)
        {
            _sums.AsSpan(0, width).Clear();
            for (var row = y * Step; row < (y + 1) * Step; row++)
            {
                var pixels = frame.Pixels.AsSpan(row * frame.Width * 3, width * Step * 3);
                for (int x = 0, p = 0; x < width; x++)
                {
                    var sum = 0;
                    for (var i = 0; i < Step; i++, p += 3) { sum += Red * pixels[p] + Green * pixels[p + 1] + Blue * pixels[p + 2]; }
                    _sums[x] += sum;
                }
            }
            for (var x = 0; x < width; x++) { _planes[0][y * width + x] = (byte)((_sums[x] + cell / 2) / cell); }
        }
    }

    private void Halve(int level)
    {
        var (width, height) = (_widths[level - 1] / 2, _heights[level - 1] / 2);
        Reserve(level, width, height);
        for (var y = 0; y < height; y++)
        {
            var (above, below) = (2 * y, 2 * y + 1);
            var first = Row(level - 1, above);
            var second = Row(level - 1, below);
            var target = _planes[level].AsSpan(y * width, width);
            for (var x = 0; x < target.Length; x++)
            {
                target[x] = (byte)((first[2 * x] + first[2 * x + 1] + second[2 * x] + second[2 * x + 1] + 2) >> 2);
            }
        }
    }
}
