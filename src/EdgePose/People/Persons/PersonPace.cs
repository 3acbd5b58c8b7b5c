using EdgePose.Domain;

namespace EdgePose.People.Persons;

/// <summary>How fast a person moves, and so how often they must be measured: the planner's part of a <see cref="Person"/>.</summary>
internal sealed class PersonPace(int joints)
{
    /// <summary>
    /// Way between two measurements, in sizes, that a person may go. An error of .03 costs 5 % of the similarity of a hip and 13 % of
    /// that of a wrist.
    /// </summary>
    private const float Tolerance = 0.03f;

    /// <summary>Farthest way of a joint, in sizes, that is still the network's own jitter.</summary>
    private const float Jitter = 0.05f;

    /// <summary>Speed is believed at once and forgotten over this many seconds, so that the pause at the end of a step is no rest.</summary>
    private const double SpeedMemory = 0.3;

    /// <summary>Seconds without going farther than that after which somebody has come to rest; a slow step is shorter.</summary>
    private const double RestAfter = 0.4;

    private const int Percentile = 90;

    private readonly Keypoint[] _last = new Keypoint[joints], _anchor = new Keypoint[joints];
    private readonly float[] _ways = new float[joints];
    private double _anchoredAt;

    /// <summary>The planner has seen this person measured, and not gone since.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Seconds of the last measurement, and the box then.</summary>
    public double MeasuredAt { get; private set; }
    public Box Box { get; private set; }

    /// <summary>90th percentile of the joints' speeds in sizes (longer side of the box) per second.</summary>
    public float Speed { get; private set; }

    /// <summary>Longest time until the next measurement if nothing moves, in seconds.</summary>
    public double Gap { get; private set; }

    /// <summary>What the gate says in this frame, and where it looked (frame pixels).</summary>
    public Motion Motion { get; set; }
    public Box Place { get; set; }

    /// <summary>To be measured in this frame.</summary>
    public bool IsDue { get; set; }

    /// <summary>Time between measurements at the present speed.</summary>
    public double Period => Tolerance / Math.Max(1e-6, Speed);

    /// <summary>Every joint has stayed where it was for a while, as far as the network can tell.</summary>
    public bool HasComeToRest { get; private set; }

    public void Start(TrackedPose person, double now, double gap)
    {
        (IsKnown, Speed, Gap, Motion, IsDue, HasComeToRest) = (true, 0, gap, Motion.Moving, false, false);
        Anchor(person, now);
        Store(person, now);
    }

    /// <summary>The person is gone, or another picture has begun.</summary>
    public void Forget() => IsKnown = false;

    /// <summary>Takes a further measurement.</summary>
    /// <param name="person">Measured in the present frame.</param>
    /// <param name="now">Seconds.</param>
    /// <param name="threshold">Smallest score of a joint that is seen.</param>
    /// <param name="gap">Shortest forced interval in seconds: that of a person who moves.</param>
    /// <param name="longestGap">Longest forced interval in seconds.</param>
    public void Update(TrackedPose person, double now, float threshold, double gap, double longestGap)
    {
        var elapsed = now - MeasuredAt;
        if (Ways(_last, person, threshold) is > 0 and var joints && elapsed > 0)
        {
            var speed = (float)(_ways[(joints - 1) * Percentile / 100] / elapsed);
            Speed = MathF.Max(speed, float.Lerp(speed, Speed, (float)Math.Exp(-elapsed / SpeedMemory)));
        }
        // Where the picture shows no motion, a joint that jumps is the network's doubt.
        if (Motion != Motion.Still && Ways(_anchor, person, threshold) is var found && (found == 0 || _ways[found - 1] > Jitter)) { Anchor(person, now); }
        HasComeToRest = now - _anchoredAt >= RestAfter;
        Gap = HasComeToRest && Motion != Motion.Moving ? Math.Min(longestGap, 2 * Gap) : gap;
        Store(person, now);
    }

    /// <summary>Sorts how far the joints are from an earlier pose, in sizes, into <see cref="_ways"/>; returns how many both see.</summary>
    private int Ways(Keypoint[] earlier, TrackedPose person, float threshold)
    {
        var (count, size) = (0, MathF.Max(1, MathF.Max(person.Box.Width, person.Box.Height)));
        for (var j = 0; j < earlier.Length; j++)
        {
            ref readonly var p = ref earlier[j];
            ref readonly var q = ref person.Points[j];
            if (!p.IsFound || !q.IsFound || p.Score < threshold || q.Score < threshold) { continue; }
            _ways[count++] = MathF.Sqrt((q.X - p.X) * (q.X - p.X) + (q.Y - p.Y) * (q.Y - p.Y)) / size;
        }
        _ways.AsSpan(0, count).Sort();
        return count;
    }

    private void Anchor(TrackedPose person, double now)
    {
        person.Points.CopyTo(_anchor, 0);
        _anchoredAt = now;
    }

    private void Store(TrackedPose person, double now)
    {
        person.Points.CopyTo(_last, 0);
        (Box, MeasuredAt) = (person.Box, now);
    }
}
