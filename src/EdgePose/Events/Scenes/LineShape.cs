using System.Numerics;
using EdgePose.Settings;

namespace EdgePose.Events.Scenes;

/// <summary>A line segment by name, normalised. Who walks from <paramref name="From"/> to <paramref name="To"/> has its left and right.</summary>
internal sealed record LineShape(string Name, Vector2 From, Vector2 To)
{
    private const int Most = 64;

    /// <summary>A shorter line is a slip of the pen: a hundredth of the picture's side.</summary>
    private const float LeastLength = 0.01f;

    public static readonly Doc About = "Lines in the picture by name, for rules: two points. Seen from the first to the second, left is left.";

    /// <summary>Reads the section <c>lines</c> of a stream.</summary>
    public static IReadOnlyList<LineShape> ReadAll(Section s)
    {
        var all = new List<LineShape>();
        foreach (var entry in s.Names("door"))
        {
            if (!Scalars.IsId(entry.Key)) { s.Error(entry, "a line's name is " + Section.CheckId(entry.Key)); }
            var points = s.Points(entry, 2, 2, new Doc("") { Example = "[[0.5, 1], [0.5, 0.3]]" });
            if (points.Count > 0 && Vector2.Distance(points[0], points[1]) < LeastLength) { s.Error(entry, "the line has no length"); }
            all.Add(points.Count == 0 ? new LineShape(entry.Key, default, default) : new LineShape(entry.Key, points[0], points[1]));
        }
        if (all.Count > Most) { s.Error("", $"more than {Most} lines"); }
        s.Done();
        return all.Count == 0 ? Array.Empty<LineShape>() : all;
    }
}
