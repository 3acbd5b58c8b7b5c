using System.Numerics;

namespace EdgePose.Events.Scenes;

/// <summary>
/// A simple polygon, convex or not, in either direction of rotation. Given normalised, measured in picture heights, so that distances mean
/// the same in both directions of the picture.
/// </summary>
internal sealed class Polygon
{
    private readonly Vector2[] _given, _corners;
    private float _aspect;

    public Polygon(IReadOnlyList<Vector2> corners)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(corners.Count, 3, nameof(corners));
        _given = [.. corners];
        _corners = [.. corners];
        SetAspect(1);
    }

    /// <summary>Takes the picture's width over height.</summary>
    public void SetAspect(float aspect)
    {
        if (aspect == _aspect) { return; }
        _aspect = aspect;
        for (var i = 0; i < _given.Length; i++) { _corners[i] = _given[i] with { X = _given[i].X * aspect }; }
    }

    /// <summary>Distance of <paramref name="p"/> (in picture heights) from the border: positive inside, negative outside.</summary>
    public float SignedDistance(Vector2 p)
    {
        var (nearest, inside) = (float.MaxValue, false);
        for (int i = 0, j = _corners.Length - 1; i < _corners.Length; j = i++)
        {
            var (a, b) = (_corners[j], _corners[i]);
            nearest = MathF.Min(nearest, SquaredDistance(p, a, b));
            // Even-odd rule; half-open edges, so that a ray through a corner meets one of its two edges.
            if (a.Y > p.Y != b.Y > p.Y && p.X < (b.X - a.X) * (p.Y - a.Y) / (b.Y - a.Y) + a.X) { inside = !inside; }
        }
        return inside ? MathF.Sqrt(nearest) : -MathF.Sqrt(nearest);
    }

    private static float SquaredDistance(Vector2 p, Vector2 a, Vector2 b)
    {
        var edge = b - a;
        var length = edge.LengthSquared();
        var t = length > 0 ? Math.Clamp(Vector2.Dot(p - a, edge) / length, 0, 1) : 0;
        return Vector2.DistanceSquared(p, a + t * edge);
    }
}
