using EdgePose.Domain;

namespace EdgePose.People.Persons;

/// <summary>
/// One-Euro filter of one point (Casiez, Roussel, Vogel, CHI 2012): a low-pass whose cutoff rises with speed, so that a resting joint
/// does not tremble and a moving one does not lag. Speed is measured in person sizes per second (as MediaPipe scales it), hence one
/// setting serves near and far people; it is the length of the velocity, hence the result does not depend on the direction of motion.
/// </summary>
internal struct OneEuro
{
    /// <summary>Hz; what a resting joint is filtered with.</summary>
    public const double MinCutoff = 1.0;

    /// <summary>Hz per (size/s).</summary>
    public const double Beta = 10;

    /// <summary>Hz; low-pass of the speed.</summary>
    public const double DerivativeCutoff = 1.0;

    /// <summary>Seconds without a measurement after which the past says nothing.</summary>
    public const double MaxGap = 0.5;

    private double _x, _y, _rawX, _rawY, _speedX, _speedY, _time;
    private bool _started;

    public void Reset() => _started = false;

    /// <summary>Takes a measured point and returns it smoothed. Starts anew after a gap or when time runs backwards.</summary>
    /// <param name="x">Pixels.</param>
    /// <param name="y">Pixels.</param>
    /// <param name="time">Seconds.</param>
    /// <param name="size">Size of the person in pixels, above 0.</param>
    public (double X, double Y) Filter(double x, double y, double time, double size)
    {
        var dt = time - _time;
        if (!_started || !(dt >= 0 && dt <= MaxGap))
        {
            this = new OneEuro { _x = x, _y = y, _rawX = x, _rawY = y, _time = time, _started = true };
            return (x, y);
        }
        if (dt == 0) { return (_x, _y); }
        var a = Alpha(DerivativeCutoff, dt);
        _speedX += a * ((x - _rawX) / dt / size - _speedX);
        _speedY += a * ((y - _rawY) / dt / size - _speedY);
        a = Alpha(MinCutoff + Beta * Math.Sqrt(_speedX * _speedX + _speedY * _speedY), dt);
        _x += a * (x - _x);
        _y += a * (y - _y);
        (_rawX, _rawY, _time) = (x, y, time);
        return (_x, _y);
    }

    /// <summary>Weight of the new sample for a first-order low-pass of <paramref name="cutoff"/> Hz over <paramref name="dt"/>
    /// seconds.</summary>
    public static double Alpha(double cutoff, double dt) => 1 / (1 + 1 / (2 * Math.PI * cutoff * dt));
}

/// <summary>The One-Euro filters of one person's joints. Only measured joints may be fed.</summary>
internal sealed class KeypointFilter(int joints, float threshold)
{
    private readonly OneEuro[] _filters = new OneEuro[joints];

    /// <summary>A joint that the network is sure of.</summary>
    public static bool IsSeen(in Keypoint p, float threshold) => float.IsFinite(p.X) && float.IsFinite(p.Y) && p.Score >= threshold;

    public void Reset() => Array.Clear(_filters);

    /// <summary>Smooths <paramref name="points"/> into <paramref name="result"/>. A joint below the threshold passes as it is and starts
    /// its filter anew.</summary>
    public void Apply(ReadOnlySpan<Keypoint> points, Span<Keypoint> result, double time, in Box box)
    {
        var size = Math.Sqrt(Math.Max(1, box.Area));
        for (var j = 0; j < _filters.Length; j++)
        {
            ref readonly var p = ref points[j];
            if (!IsSeen(p, threshold))
            {
                _filters[j].Reset();
                result[j] = p;
                continue;
            }
            var (x, y) = _filters[j].Filter(p.X, p.Y, time, size);
            result[j] = new Keypoint((float)x, (float)y, p.Score);
        }
    }
}
