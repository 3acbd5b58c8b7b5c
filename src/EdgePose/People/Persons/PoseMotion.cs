using EdgePose.Domain;

namespace EdgePose.People.Persons;

/// <summary>
/// How the joints of one person move, to move them on between measurements: the body with a constant velocity, which is that of the median
/// joint because boxes breathe with every step, and each joint against the body with a velocity that fades, because limbs swing to and fro.
/// </summary>
internal sealed class PoseMotion(int joints)
{
    /// <summary>Standard deviation of the median joint's position in sizes.</summary>
    private const double Noise = 0.015;

    /// <summary>Acceleration of the body in sizes per s² (and root Hz).</summary>
    private const double Acceleration = 1.0;

    /// <summary>Unknown initial speed in sizes per second.</summary>
    private const double InitialSpeed = 1.0;

    /// <summary>Weight of the latest measurement of a limb's velocity.</summary>
    private const float Gain = 0.7f;

    /// <summary>Seconds over which a limb's velocity fades.</summary>
    private const double Fading = 0.15;

    /// <summary>Measurements farther apart, in seconds, say nothing of a swing.</summary>
    private const double MaxGap = 0.35;

    private readonly (float X, float Y)[] _limbs = new (float, float)[joints];
    private readonly float[] _ways = new float[joints];
    private KalmanAxis _x, _y;
    private double _wayX, _wayY;

    /// <param name="size">Longer side of the box in pixels.</param>
    public void Start(double size)
    {
        Array.Clear(_limbs);
        (_wayX, _wayY) = (0, 0);
        var (noise, speed) = (Noise * size * Noise * size, InitialSpeed * size * InitialSpeed * size);
        (_x, _y) = (new KalmanAxis(0, noise, speed), new KalmanAxis(0, noise, speed));
    }

    /// <summary>Takes a measurement.</summary>
    /// <param name="before">The joints as measured before.</param>
    /// <param name="now">The joints as measured now; a missing one forgets its velocity.</param>
    /// <param name="elapsed">Seconds between the two.</param>
    /// <param name="size">Longer side of the box in pixels.</param>
    public void Update(ReadOnlySpan<Keypoint> before, ReadOnlySpan<Keypoint> now, double elapsed, double size)
    {
        if (!(elapsed > 0)) { return; }
        var count = 0;
        for (var j = 0; j < joints; j++)
        {
            if (before[j].IsFound && now[j].IsFound) { _ways[count++] = now[j].X - before[j].X; }
        }
        if (count == 0) { Start(size); return; }
        var x = Median(_ways.AsSpan(0, count));
        count = 0;
        for (var j = 0; j < joints; j++)
        {
            if (before[j].IsFound && now[j].IsFound) { _ways[count++] = now[j].Y - before[j].Y; }
        }
        var y = Median(_ways.AsSpan(0, count));
        (_wayX, _wayY) = (_wayX + x, _wayY + y);
        var (q, r) = (Acceleration * size * Acceleration * size, Noise * size * Noise * size);
        _x.Predict(elapsed, q);
        _y.Predict(elapsed, q);
        _x.Update(_wayX, r);
        _y.Update(_wayY, r);
        for (var j = 0; j < joints; j++)
        {
            var (p, n) = (before[j], now[j]);
            if (!p.IsFound || !n.IsFound || elapsed > MaxGap) { _limbs[j] = default; continue; }
            var (vx, vy) = ((float)((n.X - p.X - x) / elapsed), (float)((n.Y - p.Y - y) / elapsed));
            _limbs[j] = (float.Lerp(_limbs[j].X, vx, Gain), float.Lerp(_limbs[j].Y, vy, Gain));
        }
    }

    /// <summary>Moves joints on by <paramref name="age"/> seconds.</summary>
    public void Apply(Span<Keypoint> points, double age)
    {
        var time = (float)(Fading * (1 - Math.Exp(-age / Fading)));
        var (x, y) = ((float)(_x.Velocity * age), (float)(_y.Velocity * age));
        for (var j = 0; j < points.Length; j++)
        {
            points[j] = points[j] with { X = points[j].X + x + _limbs[j].X * time, Y = points[j].Y + y + _limbs[j].Y * time };
        }
    }

    private static float Median(Span<float> values)
    {
        values.Sort();
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) * 0.5f;
    }
}
