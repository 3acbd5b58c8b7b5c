using System.Numerics;

namespace EdgePose.Tests.Events.Figures;

/// <summary>What a body does, one thing after the other; the last pose stays.</summary>
internal sealed class Motion
{
    private readonly List<(double Seconds, Func<float, Vector3[]> Pose)> _steps = [];

    public double Length => _steps.Sum(s => s.Seconds);

    /// <summary>Adds a step; the pose is asked for shares 0..1 of it.</summary>
    public Motion Then(double seconds, Func<float, Vector3[]> pose)
    {
        _steps.Add((seconds, pose));
        return this;
    }

    public Motion Hold(double seconds, Vector3[] pose) => Then(seconds, _ => pose);

    /// <summary>From one pose to another, starting and ending gently.</summary>
    public Motion Move(double seconds, Vector3[] from, Vector3[] to) => Then(seconds, u => Figure.Blend(from, to, u * u * (3 - 2 * u)));

    public Vector3[] At(double time)
    {
        foreach (var (seconds, pose) in _steps)
        {
            if (time < seconds) { return pose((float)(time / seconds)); }
            time -= seconds;
        }
        return _steps[^1].Pose(1);
    }
}

/// <summary>A person on the ground: where, when, looking where, and doing what.</summary>
internal sealed record Actor
{
    public required long Track { get; init; }

    /// <summary>Place on the ground (x, z) by time of the scene, in metres.</summary>
    public required Func<double, Vector2> Place { get; init; }

    /// <summary>Direction of the face in degrees: 0 away from the camera, 180 towards it, 90 to the right.</summary>
    public Func<double, float> Heading { get; init; } = static _ => 180;

    /// <summary>Time since <see cref="From"/> to pose.</summary>
    public Func<double, Vector3[]> Pose { get; init; } = static _ => Figure.Stand();
    public double From { get; init; }
    public double To { get; init; } = double.MaxValue;
    public float Stature { get; init; } = 1.7f;

    /// <summary>The joints in the world at a time.</summary>
    public Vector3[] World(double time)
    {
        var place = Place(time);
        // At heading 0 the face looks along +z; the person's left is then at -x.
        var turn = Quaternion.CreateFromAxisAngle(Vector3.UnitY, MathF.PI / 180 * Heading(time));
        return
        [
            .. Pose(time - From).Select(p => p * (Stature / 1.7f)).Select(p => Vector3.Transform(p with { X = -p.X }, turn)).Select(p => p + new Vector3(place.X, 0, place.Y)),
        ];
    }

    /// <summary>Somebody who walks along points (x, z) at a speed in metres per second, and looks where they go.</summary>
    public static Actor Walker(long track, double from, double speed, params Vector2[] way)
    {
        var lengths = way.Zip(way.Skip(1), (a, b) => (double)Vector2.Distance(a, b)).ToArray();
        (Vector2 At, Vector2 Along) On(double time)
        {
            var rest = Math.Max(0, (time - from) * speed);
            for (var i = 0; i < lengths.Length; i++)
            {
                if (rest <= lengths[i] || i == lengths.Length - 1) { return (Vector2.Lerp(way[i], way[i + 1], (float)Math.Min(1, rest / lengths[i])), way[i + 1] - way[i]); }
                rest -= lengths[i];
            }
            return (way[^1], Vector2.UnitY);
        }
        return new Actor
        {
            Track = track, From = from, To = from + lengths.Sum() / speed, Place = t => On(t).At,
            Heading = t => MathF.Atan2(On(t).Along.X, On(t).Along.Y) * 180 / MathF.PI, Pose = t => Figure.Walk((float)(t * speed / 1.4)),
        };
    }
}
