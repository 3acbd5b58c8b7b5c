using System.Text.Json;
using EdgePose.Domain;

namespace EdgePose.Workshop.Demo;

/// <summary>
/// Draws a published pose message, and nothing else, as RGBA: the daemon's pixels never leave it, so whatever lies behind the skeletons
/// is laid there by ffmpeg from the public demo clip.
/// </summary>
internal sealed class SkeletonPicture(int width, int height)
{
    private const float JointThreshold = 0.2f;

    private static readonly (byte R, byte G, byte B)[] Palette =
    [
        (255, 99, 71), (64, 224, 208), (255, 215, 0), (138, 180, 255), (144, 238, 144), (255, 140, 255), (255, 165, 80), (200, 200, 255),
    ];

    public byte[] Rgba { get; } = new byte[width * height * 4];

    /// <summary>Draws every person of <paramref name="message"/> (schema edgepose.poses/1); returns how many joints were drawn.</summary>
    public int Draw(JsonElement message)
    {
        var skeleton = Skeletons.Get(message.GetProperty("skeleton").GetString()!);
        var drawn = 0;
        foreach (var person in message.GetProperty("people").EnumerateArray())
        {
            var colour = Palette[(int)(person.GetProperty("track").GetInt64() % Palette.Length)];
            var points = person.GetProperty("points").EnumerateArray().Select(ReadPoint).ToArray();
            foreach (var (a, b) in skeleton.Links)
            {
                if (points[a] is { } from && points[b] is { } to) { Line(from, to, colour); }
            }
            foreach (var point in points)
            {
                if (point is not { } p) { continue; }
                Disc(p.X, p.Y, points.Length > 40 ? 1.5f : 2.5f, (255, 255, 255));
                drawn++;
            }
            DrawBox(person.GetProperty("box"), colour);
        }
        return drawn;
    }

    private (float X, float Y)? ReadPoint(JsonElement point)
    {
        if (point.ValueKind != JsonValueKind.Array || point[2].GetSingle() < JointThreshold) { return null; }
        return (point[0].GetSingle() * width, point[1].GetSingle() * height);
    }

    private void DrawBox(JsonElement box, (byte, byte, byte) colour)
    {
        var (x1, y1, x2, y2) = (box[0].GetSingle() * width, box[1].GetSingle() * height, box[2].GetSingle() * width, box[3].GetSingle() * height);
        for (var x = x1; x <= x2; x++) { Put((int)x, (int)y1, colour, 110); Put((int)x, (int)y2, colour, 110); }
        for (var y = y1; y <= y2; y++) { Put((int)x1, (int)y, colour, 110); Put((int)x2, (int)y, colour, 110); }
    }

    private void Line((float X, float Y) from, (float X, float Y) to, (byte, byte, byte) colour)
    {
        var steps = (int)MathF.Ceiling(MathF.Max(MathF.Abs(to.X - from.X), MathF.Abs(to.Y - from.Y))) * 2 + 1;
        for (var i = 0; i <= steps; i++)
        {
            var t = (float)i / steps;
            Disc(from.X + t * (to.X - from.X), from.Y + t * (to.Y - from.Y), 1.3f, colour);
        }
    }

    private void Disc(float cx, float cy, float radius, (byte, byte, byte) colour)
    {
        for (var y = (int)MathF.Floor(cy - radius); y <= cy + radius; y++)
        {
            for (var x = (int)MathF.Floor(cx - radius); x <= cx + radius; x++)
            {
                if ((x - cx) * (x - cx) + (y - cy) * (y - cy) <= radius * radius) { Put(x, y, colour, 255); }
            }
        }
    }

    private void Put(int x, int y, (byte R, byte G, byte B) colour, byte alpha)
    {
        if ((uint)x >= (uint)width || (uint)y >= (uint)height) { return; }
        var i = (y * width + x) * 4;
        (Rgba[i], Rgba[i + 1], Rgba[i + 2], Rgba[i + 3]) = (colour.R, colour.G, colour.B, Math.Max(alpha, Rgba[i + 3]));
    }
}
