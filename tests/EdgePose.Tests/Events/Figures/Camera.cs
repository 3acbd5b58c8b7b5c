using System.Numerics;

namespace EdgePose.Tests.Events.Figures;

/// <summary>A pinhole camera above the origin of the world (x right, y up, z away), tilted down.</summary>
internal sealed record Camera
{
    public float Height { get; init; } = 2.6f;
    public float TiltDegrees { get; init; } = 18;

    /// <summary>Focal length in picture heights.</summary>
    public float Focal { get; init; } = 1.0f;
    public int Width { get; init; } = 1280;
    public int Rows { get; init; } = 720;

    /// <summary>A point of the world in the picture, in picture heights from the top left; NaN behind the camera.</summary>
    public Vector2 Project(Vector3 world)
    {
        var tilt = MathF.PI / 180 * TiltDegrees;
        var (y, z) = (world.Y - Height, world.Z);
        var depth = z * MathF.Cos(tilt) - y * MathF.Sin(tilt);
        var up = y * MathF.Cos(tilt) + z * MathF.Sin(tilt);
        return depth > 0.1f ? new Vector2(0.5f * Width / Rows + Focal * world.X / depth, 0.5f - Focal * up / depth) : new Vector2(float.NaN);
    }
}
