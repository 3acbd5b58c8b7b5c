using System.Numerics;
using System.Runtime.InteropServices;
using EdgePose.Domain;

namespace EdgePose.People.Skipping;

/// <summary>
/// A frame as the motion gate sees it: luma (BT.601, grey levels 0..255) averaged over cells, at most 160 x 90 of them with the long side
/// along the frame's, then a 3 x 3 mean. Averaging some 20 to 600 pixels a cell removes most of a sensor's noise and keeps a person's hand.
/// </summary>
internal sealed class Thumbnail
{
    public const int LongSide = 160, ShortSide = 90;

    private const float Red = 0.299f, Green = 0.587f, Blue = 0.114f;

    /// <summary>Rows of 255 that a sum of 16 bits holds.</summary>
    private const int MostRows = 257;

    private ushort[] _sums = [];
    private float[] _cells = [], _rows = [];

    public int Width { get; private set; }
    public int Height { get; private set; }

    /// <summary>Cells, row by row.</summary>
    public float[] Luma { get; private set; } = [];

    /// <summary>Mean grey level.</summary>
    public float Mean { get; private set; }

    /// <summary>Draws <paramref name="frame"/>. Allocates only for a new frame size.</summary>
    public void Draw(Frame frame)
    {
        Resize(frame);
        for (var y = 0; y < Height; y++)
        {
            var (first, last) = (Edge(y, frame.Height, Height), Edge(y + 1, frame.Height, Height));
            var rows = Math.Min(last - first, MostRows);
            _sums.AsSpan().Clear();
            for (var row = first; row < first + rows; row++) { AddRow(frame.Pixels.AsSpan(row * _sums.Length, _sums.Length), _sums); }
            AverageRow(frame.Width, rows, _cells.AsSpan(y * Width, Width));
        }
        Blur();
        Mean = Sum(Luma) / Luma.Length;
    }

    /// <summary>The first pixel of a cell.</summary>
    private static int Edge(int cell, int pixels, int cells) => (int)((long)cell * pixels / cells);

    private void Resize(Frame frame)
    {
        var upright = frame.Height > frame.Width;
        var (width, height) = (Math.Min(frame.Width, upright ? ShortSide : LongSide), Math.Min(frame.Height, upright ? LongSide : ShortSide));
        if (_sums.Length != 3 * frame.Width) { _sums = new ushort[3 * frame.Width]; }
        if ((Width, Height) == (width, height)) { return; }
        (Width, Height) = (width, height);
        (_cells, _rows, Luma) = (new float[width * height], new float[width * height], new float[width * height]);
    }

    private static void AddRow(ReadOnlySpan<byte> row, Span<ushort> sums)
    {
        var i = 0;
        for (; i <= row.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(row[i..]), out var low, out var high);
            (new Vector<ushort>(sums[i..]) + low).CopyTo(sums[i..]);
            var next = sums[(i + Vector<ushort>.Count)..];
            (new Vector<ushort>(next) + high).CopyTo(next);
        }
        for (; i < row.Length; i++) { sums[i] += row[i]; }
    }

    private void AverageRow(int frameWidth, int rows, Span<float> target)
    {
        for (var x = 0; x < target.Length; x++)
        {
            var (first, last) = (Edge(x, frameWidth, Width), Edge(x + 1, frameWidth, Width));
            var (r, g, b) = (0, 0, 0);
            foreach (ref readonly var pixel in MemoryMarshal.Cast<ushort, Triple>(_sums.AsSpan(3 * first, 3 * (last - first))))
            {
                (r, g, b) = (r + pixel.R, g + pixel.G, b + pixel.B);
            }
            target[x] = (Red * r + Green * g + Blue * b) / (rows * (last - first));
        }
    }

    // Means of three rows, then of three columns; at the rim the outermost row or column counts twice.
    private void Blur()
    {
        const float Ninth = 1f / 9;
        for (var y = 0; y < Height; y++)
        {
            var above = Row(_cells, Math.Max(0, y - 1));
            var here = Row(_cells, y);
            var below = Row(_cells, Math.Min(Height - 1, y + 1));
            var target = Row(_rows, y);
            var i = 0;
            for (; i <= Width - Vector<float>.Count; i += Vector<float>.Count)
            {
                (new Vector<float>(above[i..]) + new Vector<float>(here[i..]) + new Vector<float>(below[i..])).CopyTo(target[i..]);
            }
            for (; i < Width; i++) { target[i] = above[i] + here[i] + below[i]; }
        }
        for (var y = 0; y < Height; y++)
        {
            var row = Row(_rows, y);
            var target = Row(Luma, y);
            var i = 1;
            for (; i + Vector<float>.Count < Width; i += Vector<float>.Count)
            {
                ((new Vector<float>(row[(i - 1)..]) + new Vector<float>(row[i..]) + new Vector<float>(row[(i + 1)..])) * Ninth).CopyTo(target[i..]);
            }
            for (; i < Width - 1; i++) { target[i] = (row[i - 1] + row[i] + row[i + 1]) * Ninth; }
            target[0] = (2 * row[0] + row[Math.Min(1, Width - 1)]) * Ninth;
            target[^1] = (2 * row[^1] + row[Math.Max(0, Width - 2)]) * Ninth;
        }
    }

    private Span<float> Row(float[] cells, int y) => cells.AsSpan(y * Width, Width);

    private static float Sum(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values) { sum += value; }
        return (float)sum;
    }

    private readonly record struct Triple(ushort R, ushort G, ushort B);
}
