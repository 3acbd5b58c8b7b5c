using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EdgePose.Networks.Families.LitePose;

/// <summary>
/// Enlarges maps to twice their size, bilinear with half-pixel centres (align_corners = false): source position
/// <c>max(0, (i + 0.5) / 2 - 0.5)</c>, so that each result is 3/4 of the nearer and 1/4 of the farther neighbour and the edges repeat.
/// </summary>
internal static class Bilinear
{
    private const float Near = 0.75f;
    private const float Far = 0.25f;

    /// <summary>Enlarges one plane of <paramref name="width"/> x <paramref name="height"/>.</summary>
    /// <param name="source">Row-major plane.</param>
    /// <param name="width">Source width.</param>
    /// <param name="height">Source height.</param>
    /// <param name="target">Receives 2 width x 2 height values.</param>
    /// <param name="rows">Scratch, 4 x width values.</param>
    public static void Double(ReadOnlySpan<float> source, int width, int height, Span<float> target, Span<float> rows)
    {
        var wide = 2 * width;
        var previous = rows[..wide];
        var current = rows.Slice(wide, wide);
        DoubleRow(source[..width], current);
        Blend(current, current, target[..wide]);
        for (var y = 1; y < height; y++)
        {
            var swap = previous;
            previous = current;
            current = swap;
            DoubleRow(source.Slice(y * width, width), current);
            Blend(previous, current, target.Slice((2 * y - 1) * wide, wide));
            Blend(current, previous, target.Slice(2 * y * wide, wide));
        }
        Blend(current, current, target.Slice((2 * height - 1) * wide, wide));
    }

    /// <summary>The enlarged plane's value at (x, y), without enlarging the plane.</summary>
    public static float Sample(ReadOnlySpan<float> source, int width, int height, int x, int y)
    {
        var (x0, x1) = Neighbours(x, width);
        var (y0, y1) = Neighbours(y, height);
        var near = Near * source[y0 * width + x0] + Far * source[y0 * width + x1];
        var far = Near * source[y1 * width + x0] + Far * source[y1 * width + x1];
        return Near * near + Far * far;
    }

    /// <summary>Mixes two lanes of eight into sixteen values: a0 b0 a1 b1 ...</summary>
    public static (Vector256<float> Lower, Vector256<float> Upper) Interleave(Vector256<float> even, Vector256<float> odd)
    {
        var (el, eu) = Vector256.Widen(even.AsUInt32());
        var (ol, ou) = Vector256.Widen(odd.AsUInt32());
        return ((el | (ol << 32)).AsSingle(), (eu | (ou << 32)).AsSingle());
    }

    private static (int Near, int Far) Neighbours(int i, int length)
    {
        var near = i >> 1;
        return (near, (i & 1) == 0 ? Math.Max(near - 1, 0) : Math.Min(near + 1, length - 1));
    }

    private static void DoubleRow(ReadOnlySpan<float> source, Span<float> target)
    {
        var (lanes, last) = (Vector256<float>.Count, source.Length - 1);
        target[0] = Near * source[0] + Far * source[0];
        target[1] = Near * source[0] + Far * source[Math.Min(1, last)];
        var i = 1;
        for (; i + lanes <= last; i += lanes)
        {
            var centre = Vector256.Create(source.Slice(i, lanes)) * Near;
            var (lower, upper) = Interleave(
                centre + Vector256.Create(source.Slice(i - 1, lanes)) * Far, centre + Vector256.Create(source.Slice(i + 1, lanes)) * Far);
            lower.CopyTo(target.Slice(2 * i, lanes));
            upper.CopyTo(target.Slice(2 * i + lanes, lanes));
        }
        for (; i <= last; i++)
        {
            target[2 * i] = Near * source[i] + Far * source[i - 1];
            target[2 * i + 1] = Near * source[i] + Far * source[Math.Min(i + 1, last)];
        }
    }

    private static void Blend(ReadOnlySpan<float> near, ReadOnlySpan<float> far, Span<float> target)
    {
        var n = MemoryMarshal.Cast<float, Vector256<float>>(near);
        var f = MemoryMarshal.Cast<float, Vector256<float>>(far)[..n.Length];
        var t = MemoryMarshal.Cast<float, Vector256<float>>(target)[..n.Length];
        for (var i = 0; i < n.Length; i++) { t[i] = n[i] * Near + f[i] * Far; }
        for (var i = n.Length * Vector256<float>.Count; i < target.Length; i++) { target[i] = Near * near[i] + Far * far[i]; }
    }
}
