using System.Numerics;
using EdgePose.Settings;

namespace EdgePose.Events.Scenes;

/// <summary>A polygon by name; at least three corners, normalised, not crossing itself.</summary>
internal sealed record ZoneShape(string Name, IReadOnlyList<Vector2> Corners)
{
    private const int Most = 64;

    /// <summary>A smaller area is a slip of the pen: a thousandth of the picture.</summary>
    private const float LeastArea = 1e-3f;

    public static readonly Doc About = "Areas of the picture by name, for rules: polygons of 3-64 points [x, y] that do not cross themselves.";

    /// <summary>Reads the section <c>zones</c> of a stream.</summary>
    public static IReadOnlyList<ZoneShape> ReadAll(Section s)
    {
        var all = new List<ZoneShape>();
        foreach (var entry in s.Names("hall"))
        {
            if (!Scalars.IsId(entry.Key)) { s.Error(entry, "a zone's name is " + Section.CheckId(entry.Key)); }
            var corners = s.Points(entry, 3, 64, new Doc("") { Example = "[[0.1, 0.3], [0.9, 0.3], [0.9, 1], [0.1, 1]]" });
            if (corners.Count > 0 && Problem(corners) is { } problem) { s.Error(entry, problem); }
            // A wrong zone is still a name that rules refer to rightly.
            all.Add(new ZoneShape(entry.Key, corners));
        }
        if (all.Count > Most) { s.Error("", $"more than {Most} zones"); }
        s.Done();
        return all.Count == 0 ? Array.Empty<ZoneShape>() : all;
    }

    /// <summary>What is wrong with a polygon; null when it is simple.</summary>
    internal static string? Problem(IReadOnlyList<Vector2> p)
    {
        for (var i = 0; i < p.Count; i++)
        {
            if (p[i] == p[(i + 1) % p.Count]) { return $"point {i + 1} stands twice"; }
        }
        for (var i = 0; i < p.Count; i++)
        {
            for (var j = i + 1; j < p.Count; j++)
            {
                var neighbours = j == i + 1 || i == 0 && j == p.Count - 1;
                if (!neighbours && Meet(p[i], p[(i + 1) % p.Count], p[j], p[(j + 1) % p.Count])) { return $"the polygon crosses itself: its sides {i + 1} and {j + 1} meet"; }
            }
        }
        var area = Enumerable.Range(0, p.Count).Sum(i => Cross(p[i], p[(i + 1) % p.Count])) / 2;
        return MathF.Abs(area) < LeastArea ? "the polygon has no area" : null;
    }

    /// <summary>Whether two segments have a point in common.</summary>
    private static bool Meet(Vector2 a, Vector2 b, Vector2 c, Vector2 d)
    {
        var (s1, s2) = (Cross(b - a, c - a), Cross(b - a, d - a));
        var (s3, s4) = (Cross(d - c, a - c), Cross(d - c, b - c));
        if (s1 * s2 < 0 && s3 * s4 < 0) { return true; }
        return s1 == 0 && Within(a, b, c) || s2 == 0 && Within(a, b, d) || s3 == 0 && Within(c, d, a) || s4 == 0 && Within(c, d, b);
    }

    private static bool Within(Vector2 a, Vector2 b, Vector2 p) =>
        p.X >= MathF.Min(a.X, b.X) && p.X <= MathF.Max(a.X, b.X) && p.Y >= MathF.Min(a.Y, b.Y) && p.Y <= MathF.Max(a.Y, b.Y);

    private static float Cross(Vector2 a, Vector2 b) => a.X * b.Y - a.Y * b.X;
}
