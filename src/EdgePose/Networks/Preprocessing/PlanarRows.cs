using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgePose.Networks.Preprocessing;

/// <summary>
/// The inner loops of pre-processing for networks with one plane per channel, two to sixteen pixels at a time. Integer arithmetic, so the
/// results are those of <see cref="PixelRows"/>, which serves the other layout and the ends of the rows.
/// </summary>
internal static class PlanarRows
{
    /// <summary>Weighted sums of the two columns of each target pixel, as <see cref="PixelRows.Sample"/>.</summary>
    /// <param name="row">RGB24 source row; may go on beyond it.</param>
    /// <param name="columns">Where to sample.</param>
    /// <param name="red">Sums of the first byte.</param>
    /// <param name="green">Sums of the second byte.</param>
    /// <param name="blue">Sums of the third byte.</param>
    public static void Sample(ReadOnlySpan<byte> row, SamplingAxis columns, Span<int> red, Span<int> green, Span<int> blue)
    {
        var length = columns.Length;
        var pair = columns.Pair.AsSpan(0, length);
        // Eight bytes are read for six: the last pixels of the last row have too few behind them.
        var readable = length > 0 && pair[0] < 0 ? 0 : length;
        while (readable > 0 && pair[readable - 1] * 3 + 8 > row.Length) { readable--; }
        var x = 0;
        for (; x + 4 <= readable; x += 4)
        {
            var low = Taps(row, pair[x], pair[x + 1]);
            var high = Taps(row, pair[x + 2], pair[x + 3]);
            var weights = Vector128.Create(columns.PairWeights.AsSpan(x, 4)).AsInt16();
            // Both taps of four target pixels side by side as 16-bit values; the masks must be literal to become one instruction each.
            var r = Vector128.Shuffle(low, Vector128.Create((byte)0, 16, 3, 16, 8, 16, 11, 16, 16, 16, 16, 16, 16, 16, 16, 16))
                | Vector128.Shuffle(high, Vector128.Create((byte)16, 16, 16, 16, 16, 16, 16, 16, 0, 16, 3, 16, 8, 16, 11, 16));
            var g = Vector128.Shuffle(low, Vector128.Create((byte)1, 16, 4, 16, 9, 16, 12, 16, 16, 16, 16, 16, 16, 16, 16, 16))
                | Vector128.Shuffle(high, Vector128.Create((byte)16, 16, 16, 16, 16, 16, 16, 16, 1, 16, 4, 16, 9, 16, 12, 16));
            var b = Vector128.Shuffle(low, Vector128.Create((byte)2, 16, 5, 16, 10, 16, 13, 16, 16, 16, 16, 16, 16, 16, 16, 16))
                | Vector128.Shuffle(high, Vector128.Create((byte)16, 16, 16, 16, 16, 16, 16, 16, 2, 16, 5, 16, 10, 16, 13, 16));
            MultiplyAddPairs(r.AsInt16(), weights).CopyTo(red[x..]);
            MultiplyAddPairs(g.AsInt16(), weights).CopyTo(green[x..]);
            MultiplyAddPairs(b.AsInt16(), weights).CopyTo(blue[x..]);
        }
        for (; x < length; x++)
        {
            var near = row.Slice(columns.First[x] * 3, 3);
            var far = row.Slice(columns.Second[x] * 3, 3);
            var (n, f) = (columns.FirstWeight[x], columns.SecondWeight[x]);
            (red[x], green[x], blue[x]) = (near[0] * n + far[0] * f, near[1] * n + far[1] * f, near[2] * n + far[2] * f);
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

    /// <summary>The eight bytes that begin with each of two pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Taps(ReadOnlySpan<byte> row, int first, int second) => Vector128.Create(
        BinaryPrimitives.ReadUInt64LittleEndian(row[(3 * first)..]), BinaryPrimitives.ReadUInt64LittleEndian(row[(3 * second)..])).AsByte();

    /// <summary>Products of eight 16-bit values, added in pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MultiplyAddPairs(Vector128<short> values, Vector128<short> weights)
    {
        if (Sse2.IsSupported) { return Sse2.MultiplyAddAdjacent(values, weights); }
        var (v0, v1) = Vector128.Widen(values);
        var (w0, w1) = Vector128.Widen(weights);
        var (p0, p1) = (v0 * w0, v1 * w1);
        return Vector128.Create(p0[0] + p0[1], p0[2] + p0[3], p1[0] + p1[1], p1[2] + p1[3]);
    }
}
