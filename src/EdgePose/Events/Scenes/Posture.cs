using System.Numerics;

namespace EdgePose.Events.Scenes;

/// <summary>
/// How a body is held in one frame, in picture heights. Shoulders and hips are the middles of the left and right joint, or the one that
/// was found. Angles are kept as cosines: thresholds then need no trigonometry, which differs between machines in the last bit.
/// </summary>
internal readonly struct Posture
{
    /// <summary>False when shoulders or hips were not found: then nothing else is known.</summary>
    public bool IsKnown { get; private init; }

    /// <summary>True when a knee or an ankle was found.</summary>
    public bool HasLegs { get; private init; }
    public Vector2 Shoulders { get; private init; }
    public Vector2 Hips { get; private init; }

    /// <summary>NaN when not found, as <see cref="Ankles"/>.</summary>
    public Vector2 Knees { get; private init; }
    public Vector2 Ankles { get; private init; }

    /// <summary>Distance of shoulders and hips.</summary>
    public float Torso { get; private init; }

    /// <summary>Cosine of the torso's angle from vertical: 1 upright, 0 horizontal, -1 upside down.</summary>
    public float Uprightness { get; private init; }

    /// <summary>Extents of shoulders, hips, knees and ankles.</summary>
    public float Width { get; private init; }
    public float Height { get; private init; }

    /// <summary>Torso angle from vertical in degrees, for texts.</summary>
    public float AngleDegrees => MathF.Acos(Math.Clamp(Uprightness, -1, 1)) * (180 / MathF.PI);

    public static Posture Of(Body body, BodyJoints joints, float threshold, float aspect)
    {
        var (low, high) = (new Vector2(float.MaxValue), new Vector2(float.MinValue));
        var hasShoulders = Middle(joints.LeftShoulder, joints.RightShoulder, out var shoulders);
        var hasHips = Middle(joints.LeftHip, joints.RightHip, out var hips);
        if (!hasShoulders || !hasHips) { return default; }
        var hasKnees = Middle(joints.LeftKnee, joints.RightKnee, out var knees);
        var hasAnkles = Middle(joints.LeftAnkle, joints.RightAnkle, out var ankles);
        var torso = Vector2.Distance(shoulders, hips);
        return new Posture
        {
            IsKnown = torso > 0, HasLegs = hasKnees || hasAnkles, Shoulders = shoulders, Hips = hips, Torso = torso,
            Knees = hasKnees ? knees : new Vector2(float.NaN), Ankles = hasAnkles ? ankles : new Vector2(float.NaN),
            Uprightness = torso > 0 ? (hips.Y - shoulders.Y) / torso : 0, Width = high.X - low.X, Height = high.Y - low.Y,
        };

        bool Middle(int left, int right, out Vector2 middle)
        {
            var a = Find(left, out var pa);
            var b = Find(right, out var pb);
            middle = a && b ? (pa + pb) * 0.5f : a ? pa : pb;
            return a || b;
        }

        bool Find(int joint, out Vector2 point)
        {
            point = default;
            if (joint < 0 || body.Points[joint] is not { IsFound: true } p || p.Score < threshold) { return false; }
            point = new Vector2(p.X * aspect, p.Y);
            (low, high) = (Vector2.Min(low, point), Vector2.Max(high, point));
            return true;
        }
    }
}
