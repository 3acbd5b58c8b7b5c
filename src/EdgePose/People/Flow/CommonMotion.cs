using EdgePose.Domain;

namespace EdgePose.People.Flow;

/// <summary>Shift, turn and growth of a body between two pictures: x' = A x - B y + X, y' = B x + A y + Y.</summary>
internal readonly record struct CommonMotion(float A, float B, float X, float Y)
{
    /// <summary>More growth or shrinkage than this between two pictures is no body's.</summary>
    private const float MaxGrowth = 1.25f;

    public (float X, float Y) Apply(float x, float y) => (A * x - B * y + X, B * x + A * y + Y);

    /// <summary>Moves and scales a box; it stays upright.</summary>
    public Box Apply(in Box box)
    {
        var (x, y) = Apply(box.CenterX, box.CenterY);
        var scale = MathF.Sqrt(A * A + B * B) / 2;
        var (w, h) = (box.Width * scale, box.Height * scale);
        return new Box(x - w, y - h, x + w, y + h);
    }

    /// <summary>
    /// Least squares over the joints whose way differs from the median way by at most <paramref name="slip"/> pixels; the median way alone
    /// where they do not tell more. A limb that moves by itself does not turn the body.
    /// </summary>
    /// <param name="from">Joints before.</param>
    /// <param name="to">The same joints after.</param>
    /// <param name="count">How many.</param>
    /// <param name="slip">Pixels.</param>
    /// <param name="scratch">Room for <paramref name="count"/> values.</param>
    public static CommonMotion Fit(ReadOnlySpan<(float X, float Y)> from, ReadOnlySpan<(float X, float Y)> to, int count, float slip, Span<float> scratch)
    {
        for (var i = 0; i < count; i++) { scratch[i] = to[i].X - from[i].X; }
        var dx = Median(scratch[..count]);
        for (var i = 0; i < count; i++) { scratch[i] = to[i].Y - from[i].Y; }
        var dy = Median(scratch[..count]);
        var (n, fx, fy, tx, ty) = (0, 0f, 0f, 0f, 0f);
        for (var i = 0; i < count; i++)
        {
            if (!Agrees(from[i], to[i], dx, dy, slip)) { continue; }
            (n, fx, fy, tx, ty) = (n + 1, fx + from[i].X, fy + from[i].Y, tx + to[i].X, ty + to[i].Y);
        }
        var shift = new CommonMotion(1, 0, dx, dy);
        if (n < 3) { return shift; }
        (fx, fy, tx, ty) = (fx / n, fy / n, tx / n, ty / n);
        var (along, across, spread) = (0f, 0f, 0f);
        for (var i = 0; i < count; i++)
        {
            if (!Agrees(from[i], to[i], dx, dy, slip)) { continue; }
            var (px, py, qx, qy) = (from[i].X - fx, from[i].Y - fy, to[i].X - tx, to[i].Y - ty);
            (along, across, spread) = (along + px * qx + py * qy, across + px * qy - py * qx, spread + px * px + py * py);
        }
        if (!(spread > n)) { return shift; }
        var (a, b) = (along / spread, across / spread);
        var growth = MathF.Sqrt(a * a + b * b);
        return growth is > MaxGrowth or < 1 / MaxGrowth ? shift : new CommonMotion(a, b, tx - a * fx + b * fy, ty - b * fx - a * fy);
    }

    private static bool Agrees((float X, float Y) from, (float X, float Y) to, float dx, float dy, float slip)
    {
        var (x, y) = (to.X - from.X - dx, to.Y - from.Y - dy);
        return x * x + y * y <= slip * slip;
    }

    private static float Median(Span<float> values)
    {
        values.Sort();
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) * 0.5f;
    }
}
