
namespace EdgePose.Networks.Preprocessing;

/// <summary>Forward affine map from source to target pixels: <c>x' = M00 x + M01 y + M02</c>, <c>y' = M10 x + M11 y + M12</c>.</summary>
internal readonly record struct Affine(double M00, double M01, double M02, double M10, double M11, double M12)
{
    public static Affine From(in Placement p) => new(p.ScaleX, 0, p.OffsetX, 0, p.ScaleY, p.OffsetY);
}

/// <summary>
/// Bilinear affine warp of packed RGB24 in OpenCV's fixed-point model for 8-bit images (opencv/opencv:modules/imgproc/src/imgwarp.cpp
/// of the 4.6 line): positions are rounded to 1/32 pixel, so the result agrees bit for bit with the pictures that
/// the reference implementations feed to their networks. Taps outside the source have the border value. Keeps its tables between calls;
/// not thread-safe.
/// </summary>
internal sealed class Warp
{
    private const int CoordinateBits = 10;
    private const int FractionBits = 5;
    private const int Fractions = 1 << FractionBits;
    private const int RoundDelta = 1 << (CoordinateBits - FractionBits - 1);
    private const int WeightBits = 15;

    private int[] _columnX = [];
    private int[] _columnY = [];

    /// <summary>Fills <paramref name="target"/> completely.</summary>
    /// <param name="source">RGB24, <paramref name="sourceWidth"/> x <paramref name="sourceHeight"/>.</param>
    /// <param name="target">RGB24, <paramref name="targetWidth"/> x <paramref name="targetHeight"/>.</param>
    /// <param name="forward">Source to target; must be invertible.</param>
    /// <param name="border">Value of every channel outside the source.</param>
    public void Run(
        ReadOnlySpan<byte> source, int sourceWidth, int sourceHeight,
        Span<byte> target, int targetWidth, int targetHeight, in Affine forward, byte border)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, sourceWidth * sourceHeight * 3, nameof(source));
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, targetWidth * targetHeight * 3, nameof(target));
        var inverse = Invert(forward);
        FillColumns(inverse, targetWidth);
        for (var y = 0; y < targetHeight; y++)
        {
            var x0 = Round((inverse.M01 * y + inverse.M02) * (1 << CoordinateBits)) + RoundDelta;
            var y0 = Round((inverse.M11 * y + inverse.M12) * (1 << CoordinateBits)) + RoundDelta;
            WarpRow(source, sourceWidth, sourceHeight, target.Slice(y * targetWidth * 3, targetWidth * 3), x0, y0, border);
        }
    }

    private void FillColumns(in Affine inverse, int width)
    {
        if (_columnX.Length < width) { (_columnX, _columnY) = (new int[width], new int[width]); }
        for (var x = 0; x < width; x++)
        {
            _columnX[x] = Round(inverse.M00 * x * (1 << CoordinateBits));
            _columnY[x] = Round(inverse.M10 * x * (1 << CoordinateBits));
        }
    }

    private void WarpRow(ReadOnlySpan<byte> source, int width, int height, Span<byte> row, int x0, int y0, byte border)
    {
        var stride = width * 3;
        for (int x = 0, o = 0; o < row.Length; x++, o += 3)
        {
            var (px, py) = ((x0 + _columnX[x]) >> (CoordinateBits - FractionBits), (y0 + _columnY[x]) >> (CoordinateBits - FractionBits));
            var (sx, fx, sy, fy) = (px >> FractionBits, px & (Fractions - 1), py >> FractionBits, py & (Fractions - 1));
            var (w00, w01) = ((Fractions - fx) * (Fractions - fy) * Fractions, fx * (Fractions - fy) * Fractions);
            var (w10, w11) = ((Fractions - fx) * fy * Fractions, fx * fy * Fractions);
            if ((uint)sx < (uint)(width - 1) && (uint)sy < (uint)(height - 1))
            {
                var upper = source.Slice(sy * stride + sx * 3, 6);
                var lower = source.Slice((sy + 1) * stride + sx * 3, 6);
                row[o] = Weigh(upper[0] * w00 + upper[3] * w01 + lower[0] * w10 + lower[3] * w11);
                row[o + 1] = Weigh(upper[1] * w00 + upper[4] * w01 + lower[1] * w10 + lower[4] * w11);
                row[o + 2] = Weigh(upper[2] * w00 + upper[5] * w01 + lower[2] * w10 + lower[5] * w11);
                continue;
            }
            for (var c = 0; c < 3; c++)
            {
                row[o + c] = Weigh(
                    Tap(source, width, height, sx, sy, c, border) * w00 + Tap(source, width, height, sx + 1, sy, c, border) * w01
                    + Tap(source, width, height, sx, sy + 1, c, border) * w10 + Tap(source, width, height, sx + 1, sy + 1, c, border) * w11);
            }
        }
    }

    private static byte Weigh(int sum) => (byte)((sum + (1 << (WeightBits - 1))) >> WeightBits);

    private static int Tap(ReadOnlySpan<byte> source, int width, int height, int x, int y, int channel, byte border) =>
        (uint)x < (uint)width && (uint)y < (uint)height ? source[(y * width + x) * 3 + channel] : border;

    // The order of the operations is part of the bit-exactness.
    private static Affine Invert(in Affine m)
    {
        var determinant = m.M00 * m.M11 - m.M01 * m.M10;
        if (!double.IsFinite(determinant) || determinant == 0) { throw new ArgumentException("the affine map has no inverse", nameof(m)); }
        var d = 1 / determinant;
        var (a00, a01, a10, a11) = (m.M11 * d, -m.M01 * d, -m.M10 * d, m.M00 * d);
        return new Affine(a00, a01, -a00 * m.M02 - a01 * m.M12, a10, a11, -a10 * m.M02 - a11 * m.M12);
    }

    // Positions far outside the source are all border; the limit keeps the sums of two terms inside an int.
    private static int Round(double value) => (int)Math.Clamp(Math.Round(value), -(1 << 29), 1 << 29);
}
