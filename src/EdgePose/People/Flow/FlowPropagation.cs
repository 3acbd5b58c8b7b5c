using EdgePose.Domain;
using EdgePose.People.Persons;

namespace EdgePose.People.Flow;

/// <summary>
/// Moves people between measurements by what the picture shows: their confident joints by optical flow from the frame before, the others
/// with the shift, turn and growth that those agree on. Whom the flow loses stays where the tracker predicts. One instance per stream,
/// not thread-safe; allocates only for a larger crowd or frame than before.
/// </summary>
internal sealed class FlowPropagation(Crowd crowd, int joints, float jointThreshold)
{
    /// <summary>Joints that must be found before the others follow them.</summary>
    private const int LeastJoints = 3;

    /// <summary>Distance from the median way, in sizes of the person, beyond which a joint moves by itself.</summary>
    private const float Slip = 0.03f;

    private readonly PointFlow _flow = new();
    private readonly (float X, float Y)[] _from = new (float, float)[joints], _to = new (float, float)[joints];
    private readonly Keypoint[] _expected = new Keypoint[joints];
    private readonly int[] _joint = new int[joints];
    private readonly float[] _scratch = new float[joints];
    private LumaPyramid _before = new(), _now = new();
    private int _width, _height;

    /// <summary>Nothing is known of the picture before the next one.</summary>
    public void Forget() => _before.Clear();

    /// <summary>
    /// Moves the propagated ones of the people listed, as the tracker predicts them in this frame, and remembers the frame for the next
    /// call.
    /// </summary>
    public void Apply(Frame frame)
    {
        if ((frame.Width, frame.Height) != (_width, _height))
        {
            (_width, _height) = (frame.Width, frame.Height);
            Forget();
        }
        if (crowd.IsAnybodyListed) { _now.Draw(frame); }
        else { _now.Clear(); }
        foreach (var person in crowd.All)
        {
            if (person.Listed is not { } listed)
            {
                person.Flow.Forget();
                continue;
            }
            listed.Points.CopyTo(_expected, 0);
            if (listed.Source == PoseSource.Propagated && person.Flow.IsKnown && !_before.IsEmpty) { Move(listed, person.Flow); }
            person.Flow.Remember(listed, _expected, jointThreshold);
        }
        (_before, _now) = (_now, _before);
    }

    private void Move(TrackedPose person, FlowMemory earlier)
    {
        var found = 0;
        var size = MathF.Max(1, MathF.Max(earlier.Box.Width, earlier.Box.Height));
        var radius = PointFlow.RadiusFor(size);
        for (var j = 0; j < joints; j++)
        {
            var p = earlier.Points[j];
            var (x, y) = (p.X, p.Y);
            var (guessX, guessY) = (x + _expected[j].X - earlier.Expected[j].X, y + _expected[j].Y - earlier.Expected[j].Y);
            if (!earlier.IsConfident[j] || !_flow.TryFollow(_before, _now, radius, ref x, ref y, guessX, guessY)) { continue; }
            (_joint[found], _from[found], _to[found]) = (j, (p.X, p.Y), (x, y));
            found++;
        }
        if (found < LeastJoints) { return; }
        var motion = CommonMotion.Fit(_from, _to, found, Slip * size, _scratch);
        for (var j = 0; j < joints; j++)
        {
            var p = earlier.Points[j];
            if (!p.IsFound) { continue; }
            var (x, y) = motion.Apply(p.X, p.Y);
            person.Points[j] = person.Points[j] with { X = x, Y = y };
        }
        for (var i = 0; i < found; i++) { person.Points[_joint[i]] = person.Points[_joint[i]] with { X = _to[i].X, Y = _to[i].Y }; }
        person.Box = motion.Apply(earlier.Box);
    }
}
