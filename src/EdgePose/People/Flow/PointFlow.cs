using System.Numerics;

namespace EdgePose.People.Flow;

/// <summary>
/// Follows single points from one picture to the next: pyramidal Lucas-Kanade (Bouguet, "Pyramidal Implementation of the Lucas Kanade
/// Feature Tracker", 2000) with windows of 21 x 21 cells on three levels. A point that does not come back to within a cell when followed
/// in the other direction was lost. Not thread-safe.
/// </summary>
internal sealed class PointFlow
{
    private const int MostRadius = 10, LeastRadius = 3, MostSide = 2 * MostRadius + 1;

    /// <summary>Share of a person's size that the radius has: a window far wider than a limb follows the wall behind it.</summary>
    private const float RadiusShare = 0.05f;

    /// <summary>Rows of the buffers: whole vectors of up to 16 floats, with room for the neighbours of the last column.</summary>
    private const int Stride = 40;
    private const int MostSteps = 10;

    /// <summary>A step below this many cells ends the search.</summary>
    private const float Enough = 0.03f;

    /// <summary>Largest way back from the start, in cells.</summary>
    private const float MaxError = 1;

    /// <summary>Smaller eigenvalue of the mean gradient matrix, in grey levels squared, below which there is no texture to hold on to.</summary>
    private const float MinTexture = 1.5f;

    private int _radius, _side;
    private readonly float[] _patch = new float[(MostSide + 3) * Stride];
    private readonly float[] _template = new float[(MostSide + 2) * Stride];
    private readonly float[] _gradientX = new float[MostSide * Stride], _gradientY = new float[MostSide * Stride];

    /// <summary>Finds the point of <paramref name="to"/> that shows what <paramref name="from"/> shows at (x, y), in frame pixels.</summary>
    /// <param name="from">Earlier picture.</param>
    /// <param name="to">Later picture of the same size.</param>
    /// <param name="radius">Of the window, in frame pixels; at most 10 cells.</param>
    /// <param name="x">Pixel centre; replaced by the answer.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="guessX">Probable answer.</param>
    /// <param name="guessY">As <paramref name="guessX"/>.</param>
    public bool TryFollow(LumaPyramid from, LumaPyramid to, int radius, ref float x, ref float y, float guessX, float guessY)
    {
        (_radius, _side) = (Math.Max(LeastRadius, radius / from.Step), 2 * Math.Max(LeastRadius, radius / from.Step) + 1);
        var (startX, startY) = (Cell(x, from.Step), Cell(y, from.Step));
        var (endX, endY) = (Cell(guessX, from.Step), Cell(guessY, from.Step));
        if (!Search(from, to, startX, startY, ref endX, ref endY)) { return false; }
        var (backX, backY) = (startX, startY);
        if (!Search(to, from, endX, endY, ref backX, ref backY)) { return false; }
        if ((backX - startX) * (backX - startX) + (backY - startY) * (backY - startY) >= MaxError * MaxError) { return false; }
        (x, y) = ((endX + 0.5f) * from.Step - 0.5f, (endY + 0.5f) * from.Step - 0.5f);
        return true;
    }

    /// <summary>Radius of the window in frame pixels for somebody of <paramref name="size"/> pixels.</summary>
    public static int RadiusFor(float size) => (int)Math.Clamp(RadiusShare * size, LeastRadius, MostRadius);

    private static float Cell(float pixel, int step) => (pixel + 0.5f) / step - 0.5f;

    private bool Search(LumaPyramid from, LumaPyramid to, float x, float y, ref float endX, ref float endY)
    {
        const int Coarsest = 1 << (LumaPyramid.Levels - 1);
        var (vx, vy) = ((endX - x) / Coarsest, (endY - y) / Coarsest);
        for (var level = LumaPyramid.Levels - 1; level >= 0; level--)
        {
            var scale = 1f / (1 << level);
            var (px, py) = ((x + 0.5f) * scale - 0.5f, (y + 0.5f) * scale - 0.5f);
            if (!Refine(from, to, level, px, py, ref vx, ref vy) && level == 0) { return false; }
            if (level > 0) { (vx, vy) = (2 * vx, 2 * vy); }
        }
        (endX, endY) = (x + vx, y + vy);
        return endX >= 0 && endY >= 0 && endX <= to.Width(0) - 1 && endY <= to.Height(0) - 1;
    }

    // One level: solves G dv = b by Gauss-Newton steps; a window without texture keeps what the coarser level said.
    private bool Refine(LumaPyramid from, LumaPyramid to, int level, float x, float y, ref float vx, ref float vy)
    {
        if (!(x >= 0 && y >= 0 && x <= from.Width(level) - 1 && y <= from.Height(level) - 1)) { return false; }
        Sample(from, level, x, y, _radius + 1, _template);
        var (xx, xy, yy) = Gradients();
        var (trace, spread) = ((xx + yy) / 2, MathF.Sqrt((xx - yy) * (xx - yy) / 4 + xy * xy));
        if (trace - spread < MinTexture) { return false; }
        var determinant = xx * yy - xy * xy;
        for (var step = 0; step < MostSteps; step++)
        {
            var (tx, ty) = (x + vx, y + vy);
            if (!(tx >= 0 && ty >= 0 && tx <= to.Width(level) - 1 && ty <= to.Height(level) - 1)) { return false; }
            var (bx, by) = Mismatch(to, level, tx, ty);
            var (dx, dy) = ((yy * bx - xy * by) / determinant, (xx * by - xy * bx) / determinant);
            (vx, vy) = (vx + dx, vy + dy);
            if (dx * dx + dy * dy < Enough * Enough) { break; }
        }
        return true;
    }

    /// <summary>Central differences of the template, and the means of their products over the window.</summary>
    private (float XX, float XY, float YY) Gradients()
    {
        var (xx, xy, yy) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        for (var row = 0; row < _side; row++)
        {
            var above = _template.AsSpan(row * Stride, Stride);
            var here = _template.AsSpan((row + 1) * Stride, Stride);
            var below = _template.AsSpan((row + 2) * Stride, Stride);
            var gx = _gradientX.AsSpan(row * Stride, Stride);
            var gy = _gradientY.AsSpan(row * Stride, Stride);
            for (var i = 0; i < _side; i += Vector<float>.Count)
            {
                ((new Vector<float>(here[(i + 2)..]) - new Vector<float>(here[i..])) * 0.5f).CopyTo(gx[i..]);
                ((new Vector<float>(below[(i + 1)..]) - new Vector<float>(above[(i + 1)..])) * 0.5f).CopyTo(gy[i..]);
            }

            // Columns beyond the window have no weight.
            gx[_side..].Clear();
            gy[_side..].Clear();
            for (var i = 0; i < _side; i += Vector<float>.Count)
            {
                var (a, b) = (new Vector<float>(gx[i..]), new Vector<float>(gy[i..]));
                (xx, xy, yy) = (xx + a * a, xy + a * b, yy + b * b);
            }
        }
        var share = 1f / (_side * _side);
        return (Vector.Sum(xx) * share, Vector.Sum(xy) * share, Vector.Sum(yy) * share);
    }

    /// <summary>Means over the window of the gradients times the difference between template and picture.</summary>
    private (float X, float Y) Mismatch(LumaPyramid to, int level, float x, float y)
    {
        Sample(to, level, x, y, _radius, _patch);
        var (bx, by) = (Vector<float>.Zero, Vector<float>.Zero);
        for (var row = 0; row < _side; row++)
        {
            var template = _template.AsSpan((row + 1) * Stride + 1, Stride - 1);
            var patch = _patch.AsSpan(row * Stride, Stride);
            for (var i = 0; i < _side; i += Vector<float>.Count)
            {
                var difference = new Vector<float>(template[i..]) - new Vector<float>(patch[i..]);
                bx += difference * new Vector<float>(_gradientX.AsSpan(row * Stride + i));
                by += difference * new Vector<float>(_gradientY.AsSpan(row * Stride + i));
            }
        }
        var share = 1f / (_side * _side);
        return (Vector.Sum(bx) * share, Vector.Sum(by) * share);
    }

    /// <summary>The window around (x, y), interpolated bilinearly, edges repeated: 2 radius + 1 rows of <see cref="Stride"/>.</summary>
    private static void Sample(LumaPyramid picture, int level, float x, float y, int radius, Span<float> target)
    {
        var (left, top) = ((int)MathF.Floor(x), (int)MathF.Floor(y));
        var (fx, fy) = (x - left, y - top);
        (left, top) = (left - radius, top - radius);
        var side = 2 * radius + 1;
        var (width, height) = (picture.Width(level), picture.Height(level));
        Span<float> rows = stackalloc float[2 * Stride];
        Load(picture.Row(level, Math.Clamp(top, 0, height - 1)), left, side + 1, width, rows[..Stride]);
        for (var row = 0; row < side; row++)
        {
            var (upper, lower) = (row % 2 * Stride, (row + 1) % 2 * Stride);
            Load(picture.Row(level, Math.Clamp(top + row + 1, 0, height - 1)), left, side + 1, width, rows.Slice(lower, Stride));
            var above = rows.Slice(upper, Stride);
            var below = rows.Slice(lower, Stride);
            var line = target.Slice(row * Stride, Stride);
            for (var i = 0; i < side; i += Vector<float>.Count)
            {
                var a = new Vector<float>(above[i..]) * (1 - fx) + new Vector<float>(above[(i + 1)..]) * fx;
                var b = new Vector<float>(below[i..]) * (1 - fx) + new Vector<float>(below[(i + 1)..]) * fx;
                (a * (1 - fy) + b * fy).CopyTo(line[i..]);
            }
        }
    }

    private static void Load(ReadOnlySpan<byte> row, int left, int count, int width, Span<float> target)
    {
        if (left >= 0 && left + count <= width)
        {
            row = row.Slice(left, count);
            for (var i = 0; i < row.Length; i++) { target[i] = row[i]; }
            return;
        }
        for (var i = 0; i < count; i++) { target[i] = row[Math.Clamp(left + i, 0, width - 1)]; }
    }
}
