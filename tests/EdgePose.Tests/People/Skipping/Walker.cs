using EdgePose.Domain;

namespace EdgePose.Tests.People.Skipping;

/// <summary>
/// Somebody seen from the side who walks, stands or waves: 17 joints from a simple gait (legs and arms as double pendulums, one step cycle
/// a second), so that limbs move against the body as they do in reality.
/// </summary>
/// <param name="Id">Above 0.</param>
/// <param name="Start">Where the body's middle is at time 0, in pixels.</param>
/// <param name="Ground">Row of the feet.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Speed">Heights per second to the right; 0 = stands still.</param>
/// <param name="Enters">Seconds before which nobody is there.</param>
/// <param name="Leaves">Seconds from which on nobody is there.</param>
internal sealed record Walker(
    int Id, double Start, double Ground, double Height, double Speed = 0.76, double Enters = double.NegativeInfinity, double Leaves = double.PositiveInfinity)
{
    private const double Cadence = 0.95, Thigh = 0.245, Shank = 0.245, UpperArm = 0.17, Forearm = 0.15;

    /// <summary>Seconds during which an arm waves although the body stands.</summary>
    public (double From, double To) Waves { get; init; } = (double.PositiveInfinity, double.PositiveInfinity);

    public bool IsThere(double time) => time >= Enters && time < Leaves;

    /// <summary>The joints in COCO's order.</summary>
    public (double X, double Y)[] Joints(double time)
    {
        var phase = 2 * Math.PI * Cadence * time + Id;
        var swing = Speed == 0 ? 0 : Math.Sin(phase);
        var bob = Speed == 0 ? 0 : 0.012 * Math.Cos(2 * phase);
        var x = Start / Height + Speed * (time - Math.Max(0, Enters));
        var hip = Ground / Height - Thigh - Shank + bob;
        var (shoulder, head) = (hip - 0.34, hip - 0.45);
        var joints = new (double X, double Y)[17];
        (joints[0], joints[1], joints[2], joints[3], joints[4]) =
            ((x + 0.06, head), (x + 0.05, head - 0.015), (x + 0.045, head - 0.015), (x, head - 0.005), (x - 0.005, head - 0.005));
        (joints[5], joints[6], joints[11], joints[12]) = ((x - 0.015, shoulder), (x + 0.015, shoulder), (x - 0.01, hip), (x + 0.01, hip));
        Arm(joints, 5, 0.35 * -swing, 0.3);
        var wave = time >= Waves.From && time < Waves.To;
        Arm(joints, 6, wave ? 2.2 : 0.35 * swing, wave ? 0.6 * Math.Sin(2 * Math.PI * 1.5 * time) : 0.3);
        Leg(joints, 11, 0.35 * swing, Speed == 0 ? 0 : Math.Max(0, 0.7 * Math.Cos(phase)));
        Leg(joints, 12, 0.35 * -swing, Speed == 0 ? 0 : Math.Max(0, -0.7 * Math.Cos(phase)));
        return [.. joints.Select(j => (j.X * Height, j.Y * Height))];
    }

    private static void Arm((double X, double Y)[] joints, int shoulder, double angle, double bend) =>
        Limb(joints, shoulder, shoulder + 2, shoulder + 4, UpperArm, Forearm, angle, angle + bend);

    private static void Leg((double X, double Y)[] joints, int hip, double angle, double bend) =>
        Limb(joints, hip, hip + 2, hip + 4, Thigh, Shank, angle, angle - bend);

    private static void Limb((double X, double Y)[] joints, int root, int middle, int end, double upper, double lower, double angle, double lowerAngle)
    {
        joints[middle] = (joints[root].X + upper * Math.Sin(angle), joints[root].Y + upper * Math.Cos(angle));
        joints[end] = (joints[middle].X + lower * Math.Sin(lowerAngle), joints[middle].Y + lower * Math.Cos(lowerAngle));
    }

    /// <summary>A box with a margin around the joints.</summary>
    public Box BoxAt(double time)
    {
        var joints = Joints(time);
        var margin = 0.05 * Height;
        return new Box(
            (float)(joints.Min(j => j.X) - margin), (float)(joints.Min(j => j.Y) - 1.5 * margin), (float)(joints.Max(j => j.X) + margin), (float)(joints.Max(j => j.Y) + margin));
    }
}
