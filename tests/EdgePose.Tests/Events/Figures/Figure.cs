using System.Numerics;

namespace EdgePose.Tests.Events.Figures;

/// <summary>
/// A human figure of 17 COCO joints in metres: x to the person's left, y up, z forward, the origin on the ground between the feet.
/// Proportions are those of an adult of 1.7 m.
/// </summary>
internal static class Figure
{
    public const int Joints = 17;

    private const int LeftShoulder = 5, RightShoulder = 6, LeftElbow = 7, RightElbow = 8, LeftWrist = 9, RightWrist = 10, LeftHip = 11, RightHip = 12;

    /// <summary>How thick a lying body is, so that its joints do not sink into the ground.</summary>
    private const float Thickness = 0.12f;

    public static Vector3[] Stand() => Walk(0);

    /// <summary>One moment of walking; <paramref name="phase"/> in turns, two steps a turn.</summary>
    public static Vector3[] Walk(float phase)
    {
        var swing = phase == 0 ? 0 : MathF.Sin(2 * MathF.PI * phase);
        return
        [
            new(0, 1.58f, 0.10f), new(0.03f, 1.62f, 0.08f), new(-0.03f, 1.62f, 0.08f), new(0.075f, 1.60f, 0), new(-0.075f, 1.60f, 0),
            new(0.19f, 1.42f, 0), new(-0.19f, 1.42f, 0), new(0.23f, 1.13f, -0.05f * swing), new(-0.23f, 1.13f, 0.05f * swing),
            new(0.24f, 0.88f, -0.2f * swing), new(-0.24f, 0.88f, 0.2f * swing), new(0.12f, 0.92f, 0), new(-0.12f, 0.92f, 0),
            new(0.11f, 0.50f, 0.12f * swing), new(-0.11f, 0.50f, -0.12f * swing), new(0.10f, 0.08f, 0.3f * swing), new(-0.10f, 0.08f, -0.3f * swing),
        ];
    }

    /// <summary>On a chair of 45 cm.</summary>
    public static Vector3[] Sit() => Fold(0.47f, [new(0.12f, 0.48f, 0.42f), new(-0.12f, 0.48f, 0.42f), new(0.12f, 0.08f, 0.44f), new(-0.12f, 0.08f, 0.44f)], 5);

    /// <summary>Deep squat, the torso leaning forward.</summary>
    public static Vector3[] Squat(float leanDegrees = 35) =>
        Fold(0.30f, [new(0.16f, 0.48f, 0.33f), new(-0.16f, 0.48f, 0.33f), new(0.12f, 0.08f, 0.1f), new(-0.12f, 0.08f, 0.1f)], leanDegrees);

    /// <summary>On the floor, legs stretched forward.</summary>
    public static Vector3[] SitOnFloor(float leanDegrees = 0) =>
        Fold(0.12f, [new(0.12f, 0.15f, 0.42f), new(-0.12f, 0.15f, 0.42f), new(0.12f, 0.1f, 0.84f), new(-0.12f, 0.1f, 0.84f)], leanDegrees);

    /// <summary>Standing with the torso bent forward.</summary>
    public static Vector3[] Bend(float leanDegrees) => Lean(Stand(), leanDegrees);

    /// <summary>The body stiff as a board, tipped about the feet. 0 = forward, 90 = to the left.</summary>
    public static Vector3[] Tip(Vector3[] pose, float degrees, float towardsDegrees)
    {
        var to = MathF.PI / 180 * towardsDegrees;
        var turn = Quaternion.CreateFromAxisAngle(new Vector3(MathF.Cos(to), 0, -MathF.Sin(to)), MathF.PI / 180 * degrees);
        return [.. pose.Select(p => Vector3.Transform(p, turn)).Select(p => p with { Y = MathF.Max(p.Y, Thickness * MathF.Min(1, p.Y + 0.5f)) })];
    }

    /// <summary>An arm bent at the elbow; angles from hanging down, forward and outward.</summary>
    /// <param name="pose">Any pose.</param>
    /// <param name="left">Which arm.</param>
    /// <param name="upper">Angle of the upper arm in degrees: 0 hangs, 90 is level, 180 points up.</param>
    /// <param name="lower">Angle of the forearm in degrees, as above.</param>
    public static Vector3[] Arm(Vector3[] pose, bool left, float upper, float lower)
    {
        Vector3[] result = [.. pose];
        var (shoulder, elbow, wrist) = left ? (LeftShoulder, LeftElbow, LeftWrist) : (RightShoulder, RightElbow, RightWrist);
        Vector3 Along(float degrees) => new Vector3((left ? 0.3f : -0.3f) * MathF.Sin(MathF.PI / 180 * degrees), -MathF.Cos(MathF.PI / 180 * degrees), 0.95f * MathF.Sin(MathF.PI / 180 * degrees));
        result[elbow] = result[shoulder] + 0.29f * Vector3.Normalize(Along(upper));
        result[wrist] = result[elbow] + 0.26f * Vector3.Normalize(Along(lower));
        return result;
    }

    public static Vector3[] Blend(Vector3[] a, Vector3[] b, float share) => [.. a.Zip(b, (x, y) => Vector3.Lerp(x, y, share))];

    private static Vector3[] Fold(float hips, Vector3[] legs, float leanDegrees)
    {
        var pose = Stand();
        for (var j = 0; j < 13; j++) { pose[j] = pose[j] with { Y = pose[j].Y - (0.92f - hips) }; }
        legs.CopyTo(pose, 13);
        return Lean(pose, leanDegrees);
    }

    private static Vector3[] Lean(Vector3[] pose, float degrees)
    {
        Vector3[] result = [.. pose];
        var hips = (pose[LeftHip] + pose[RightHip]) / 2;
        var turn = Quaternion.CreateFromAxisAngle(Vector3.UnitX, MathF.PI / 180 * degrees);
        for (var j = 0; j < LeftHip; j++) { result[j] = hips + Vector3.Transform(pose[j] - hips, turn); }
        return result;
    }
}
