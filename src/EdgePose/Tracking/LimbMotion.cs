using EdgePose.Domain;

namespace EdgePose.Tracking;

/// <summary>
/// How the joints of one person move against the body: a constant velocity each, which fades. Limbs swing to and fro, so that far ahead
/// no motion at all is the better guess.
/// </summary>
internal sealed class LimbMotion(int joints)
{
    /// <summary>Weight of the latest measurement.</summary>
    private const float Gain = 0.7f;

    /// <summary>Seconds over which the velocity fades.</summary>
    private const double Fading = 0.15;

    /// <summary>Measurements farther apart, in seconds, say nothing of a swing.</summary>
    private const double MaxGap = 0.35;

    private readonly (float X, float Y)[] _velocity = new (float, float)[joints];

    public void Reset() => Array.Clear(_velocity);

    /// <summary>Takes a measurement.</summary>
    /// <param name="expected">Joints as the motion of the body alone would have moved them.</param>
    /// <param name="measured">Joints as measured; a missing one forgets its velocity.</param>
    /// <param name="elapsed">Seconds since the measurement before.</param>
    public void Update(ReadOnlySpan<Keypoint> expected, ReadOnlySpan<Keypoint> measured, double elapsed)
    {
        for (var j = 0; j < _velocity.Length; j++)
        {
            var (p, q) = (expected[j], measured[j]);
            if (!p.IsFound || !q.IsFound || !(elapsed > 0 && elapsed <= MaxGap)) { _velocity[j] = default; continue; }
            var (x, y) = ((float)((q.X - p.X) / elapsed), (float)((q.Y - p.Y) / elapsed));
            _velocity[j] = (float.Lerp(_velocity[j].X, x, Gain), float.Lerp(_velocity[j].Y, y, Gain));
        }
    }

    /// <summary>Moves joints that the body's motion has moved on, <paramref name="age"/> seconds after the measurement.</summary>
    public void Apply(Span<Keypoint> points, double age)
    {
        var time = (float)(Fading * (1 - Math.Exp(-age / Fading)));
        for (var j = 0; j < points.Length; j++)
        {
            points[j] = points[j] with { X = points[j].X + _velocity[j].X * time, Y = points[j].Y + _velocity[j].Y * time };
        }
    }
}
