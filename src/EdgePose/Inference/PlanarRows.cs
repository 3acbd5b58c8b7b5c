using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgePose.Inference;

/// <summary>
/// The inner loops of pre-processing for networks with one plane per channel, two to sixteen pixels at a time. Integer arithmetic, so the
/// results are those of <see cref="PixelRows"/>, which serves the other layout and the ends of the rows.
/// </summary>
internal static class PlanarRows
{
    // For two pixels of two taps each, R0G0B0xR1G1B1x R2G2B2xR3G3B3x, with 0 and 1 as well as 2 and 3 to be mixed: the bytes of each pair side
    // by side as 16-bit values. 16 gives a zero.
    private static Vector128<byte> RedGreen => Vector128.Create((byte)0, 16, 4, 16, 8, 16, 12, 16, 1, 16, 5, 16, 9, 16, 13, 16);
    private static Vector128<byte> Blue => Vector128.Create((byte)2, 16, 6, 16, 10, 16, 14, 16, 16, 16, 16, 16, 16, 16, 16, 16);

    /// <summary>Weighted sums of the two columns of each target pixel, as <see cref="PixelRows.Sample"/>.</summary>
    /// <param name="row">RGB24 source row; may go on beyond it.</param>
    /// <param name="columns">Where to sample.</param>
    /// <param name="red">Sums of the first byte.</param>
    /// <param name="green">Sums of the second byte.</param>
    /// <param name="blue">Sums of the third byte.</param>
    public static void Sample(ReadOnlySpan<byte> row, SamplingAxis columns, Span<int> red, Span<int> green, Span<int> blue)
    {
        var length = columns.Length;
        var first = columns.First.AsSpan(0, length);
        var second = columns.Second.AsSpan(0, length);
        var pairs = MemoryMarshal.AsBytes(columns.WeightPair.AsSpan(0, length));
        // Four bytes are read for three: the last pixel of the last row has none behind it.
        var readable = length;
        while (readable > 0 && Math.Max(first[readable - 1], second[readable - 1]) * 3 + 4 > row.Length) { readable--; }
        var x = 0;
        for (; x + 2 <= readable; x += 2)
        {
            var taps = Vector128.Create(Taps(row, first[x], second[x]), Taps(row, first[x + 1], second[x + 1])).AsByte();
            var weights = Vector128.Create(BinaryPrimitives.ReadInt64LittleEndian(pairs[(4 * x)..])).AsInt16();
            var redGreen = MultiplyAddPairs(Vector128.Shuffle(taps, RedGreen).AsInt16(), weights);
            redGreen.GetLower().CopyTo(red[x..]);
            redGreen.GetUpper().CopyTo(green[x..]);
            MultiplyAddPairs(Vector128.Shuffle(taps, Blue).AsInt16(), weights).GetLower().CopyTo(blue[x..]);
        }
        for (; x < length; x++)
        {
            var a = row.Slice(first[x] * 3, 3);
            var b = row.Slice(second[x] * 3, 3);
            var (wa, wb) = (columns.FirstWeight[x], columns.SecondWeight[x]);
            (red[x], green[x], blue[x]) = (a[0] * wa + b[0] * wb, a[1] * wa + b[1] * wb, a[2] * wa + b[2] * wb);
        }
    }

    /// <summary>(x - mean) / std of one channel of packed pixels; subtraction and division as in <see cref="ChannelTable"/>, so the results are equal to its bits.</summary>
    /// <param name="pixels">RGB24, beginning with the byte of the channel; 3 bytes for each value of <paramref name="target"/>, the last one may be cut short.</param>
    /// <param name="mean">Of the channel.</param>
    /// <param name="std">Of the channel.</param>
    /// <param name="target">Values in order.</param>
    public static void Normalise(ReadOnlySpan<byte> pixels, float mean, float std, Span<float> target)
    {
        var x = 0;
        for (; x + Vector128<byte>.Count <= target.Length && 3 * x + 48 <= pixels.Length; x += Vector128<byte>.Count)
        {
            var from = pixels.Slice(3 * x, 48);
            var bytes = Vector128.Shuffle(Vector128.Create(from[..16]), Third(0)) | Vector128.Shuffle(Vector128.Create(from.Slice(16, 16)), Third(1))
                | Vector128.Shuffle(Vector128.Create(from.Slice(32, 16)), Third(2));
            var (low, high) = Vector128.Widen(bytes);
            Store(low, mean, std, target[x..]);
            Store(high, mean, std, target[(x + 8)..]);
        }
        for (; x < target.Length; x++) { target[x] = (pixels[3 * x] - mean) / std; }
    }

    /// <summary>Where every third byte of 48 goes, for the part of it that lies in vector <paramref name="part"/> of three.</summary>
    private static Vector128<byte> Third(int part) => part switch
    {
        0 => Vector128.Create((byte)0, 3, 6, 9, 12, 15, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16),
        1 => Vector128.Create((byte)16, 16, 16, 16, 16, 16, 2, 5, 8, 11, 14, 16, 16, 16, 16, 16),
        _ => Vector128.Create((byte)16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 1, 4, 7, 10, 13),
    };

    private static void Store(Vector128<ushort> values, float mean, float std, Span<float> target)
    {
        var (low, high) = Vector128.Widen(values);
        var (m, s) = (Vector256.Create(mean), Vector256.Create(std));
        ((Vector256.ConvertToSingle(Vector256.Create(low, high).AsInt32()) - m) / s).CopyTo(target);
    }

    /// <summary>The two taps of a target pixel as RGBxRGBx.</summary>
    private static ulong Taps(ReadOnlySpan<byte> row, int first, int second) =>
        BinaryPrimitives.ReadUInt32LittleEndian(row[(3 * first)..]) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(row[(3 * second)..]) << 32);

    /// <summary>Products of eight 16-bit values, added in pairs.</summary>
    private static Vector128<int> MultiplyAddPairs(Vector128<short> values, Vector128<short> weights)
    {
        if (Sse2.IsSupported) { return Sse2.MultiplyAddAdjacent(values, weights); }
        var (v0, v1) = Vector128.Widen(values);
        var (w0, w1) = Vector128.Widen(weights);
        var (p0, p1) = (v0 * w0, v1 * w1);
        var swap = Vector128.Create(1, 0, 3, 2);
        var (s0, s1) = (p0 + Vector128.Shuffle(p0, swap), p1 + Vector128.Shuffle(p1, swap));
        var even = Vector128.Create(0, 2, 0, 2);
        return Vector128.Create(Vector128.Shuffle(s0, even).GetLower(), Vector128.Shuffle(s1, even).GetLower());
    }
}
