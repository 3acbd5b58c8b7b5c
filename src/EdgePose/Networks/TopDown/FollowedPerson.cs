using EdgePose.Domain;

namespace EdgePose.Networks.TopDown;

/// <summary>What a pose says about following its person without the detector.</summary>
internal enum Sighting
{
    /// <summary>No confident joint: a false box.</summary>
    Nobody,

    /// <summary>Some joints, too few or too weak to build a box from.</summary>
    Weak,

    /// <summary>Enough to build the next box.</summary>
    Visible,
}

/// <summary>What following a person depends on in one frame.</summary>
/// <param name="FrameWidth">Pixels.</param>
/// <param name="FrameHeight">Pixels.</param>
/// <param name="JointThreshold">Smallest score of a confident joint.</param>
/// <param name="Padding">Margin of a person box.</param>
/// <param name="Detecting">True when the detector looked at this frame.</param>
internal readonly record struct FollowRule(int FrameWidth, int FrameHeight, float JointThreshold, float Padding, bool Detecting);

/// <summary>A person between detections: the box for the next crop, built from the last pose. Instances are pooled.</summary>
internal sealed class FollowedPerson
{
    /// <summary>Body joints that a box needs.</summary>
    public const int MinJoints = 5;

    /// <summary>Detections in a row that may miss a visible person; after that it counts as something that only looks like one to the pose network.</summary>
    public const int MaxUnconfirmed = 5;

    private readonly Keypoint[] _points;
    private readonly float[] _motion;

    public FollowedPerson(int joints)
    {
        LastPose = new Pose(joints);
        (_points, _motion) = (LastPose.Points, new float[joints]);
    }

    /// <summary>Number of this person among those followed, never used again.</summary>
    public long Id { get; set; }

    /// <summary>Joints and box of the last measurement.</summary>
    public Pose LastPose { get; }

    public Box Box { get; private set; }

    /// <summary>Margin that the crop still has to add: 1 when the box came from joints, because it has its margin already.</summary>
    public float Padding { get; private set; }

    /// <summary>Detector score of the last detection that agreed.</summary>
    public float Score { get; private set; }
    public bool IsVisible { get; private set; }

    /// <summary>True when less than half of the joints' extents, or not their centre, lie in the frame.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>Detections in a row that did not overlap this person.</summary>
    public int Unconfirmed { get; private set; }

    /// <summary>Judges a pose by its body joints.</summary>
    public static Sighting Judge(Pose pose, Skeleton skeleton, float threshold)
    {
        var (confident, anyConfident, sum) = (0, false, 0.0);
        for (var k = 0; k < pose.Points.Length; k++)
        {
            ref readonly var p = ref pose.Points[k];
            if (!p.IsFound) { continue; }
            anyConfident |= p.Score >= threshold;
            if (k >= skeleton.BodyJoints) { continue; }
            sum += p.Score;
            if (p.Score >= threshold) { confident++; }
        }
        if (!anyConfident) { return Sighting.Nobody; }
        return confident >= MinJoints && sum / skeleton.BodyJoints >= threshold ? Sighting.Visible : Sighting.Weak;
    }

    /// <summary>
    /// Takes over the pose of this frame. A visible person's next box is the extents of the confident body joints with the margin added
    /// once; otherwise the box of the candidate, shifted by the median motion of the joints since <paramref name="previous"/>, which is
    /// usually this person before the frame, and null for somebody new.
    /// </summary>
    public void Update(Pose pose, Sighting sighting, in CandidateBox candidate, FollowedPerson? previous, Skeleton skeleton, in FollowRule rule)
    {
        (IsVisible, HasLeft, Score) = (sighting == Sighting.Visible, false, candidate.Score);
        var missed = previous is null ? 0 : previous.Unconfirmed;
        Unconfirmed = !rule.Detecting ? missed : candidate.Confirmed ? 0 : missed + 1;
        if (sighting == Sighting.Visible && TryExtents(pose, skeleton, rule.JointThreshold, out var extents))
        {
            (Box, Padding) = (extents.Inflate(rule.Padding), 1);
            var inside = extents.Clip(rule.FrameWidth, rule.FrameHeight);
            HasLeft = inside.Area < 0.5f * extents.Area || !(extents.CenterX >= 0 && extents.CenterX < rule.FrameWidth
                && extents.CenterY >= 0 && extents.CenterY < rule.FrameHeight);
        }
        else
        {
            var (dx, dy) = previous is null || candidate.MovedOn ? (0, 0) : Motion(previous, pose, skeleton, rule.JointThreshold);
            var box = candidate.Box;
            (Box, Padding) = (new Box(box.X1 + dx, box.Y1 + dy, box.X2 + dx, box.Y2 + dy), candidate.Padding);
            IsVisible = false;
        }
        pose.Points.CopyTo(_points.AsSpan());
        (LastPose.Box, LastPose.Score) = (pose.Box, pose.Score);
    }

    /// <summary>Takes over what the detector says in a frame that leaves this person alone.</summary>
    public void LeaveOut(in CandidateBox candidate, bool detecting)
    {
        Score = candidate.Score;
        if (detecting) { Unconfirmed = candidate.Confirmed ? 0 : Unconfirmed + 1; }
    }

    private static bool TryExtents(Pose pose, Skeleton skeleton, float threshold, out Box extents)
    {
        var (x1, y1, x2, y2) = (float.MaxValue, float.MaxValue, float.MinValue, float.MinValue);
        foreach (ref readonly var p in pose.Points.AsSpan(0, skeleton.BodyJoints))
        {
            if (!p.IsFound || p.Score < threshold) { continue; }
            (x1, y1, x2, y2) = (MathF.Min(x1, p.X), MathF.Min(y1, p.Y), MathF.Max(x2, p.X), MathF.Max(y2, p.Y));
        }
        extents = new Box(x1, y1, x2, y2);
        // Joints in one line have no area, but the person does: the crop widens the smaller side anyway.
        if (extents.Width < 1) { extents = new Box(extents.CenterX - 0.5f, y1, extents.CenterX + 0.5f, y2); }
        if (extents.Height < 1) { extents = new Box(extents.X1, extents.CenterY - 0.5f, extents.X2, extents.CenterY + 0.5f); }
        return float.IsFinite(extents.Area);
    }

    private static (float X, float Y) Motion(FollowedPerson previous, Pose pose, Skeleton skeleton, float threshold) =>
        (Median(previous, pose, skeleton, threshold, horizontal: true), Median(previous, pose, skeleton, threshold, horizontal: false));

    private static float Median(FollowedPerson previous, Pose pose, Skeleton skeleton, float threshold, bool horizontal)
    {
        var count = 0;
        for (var k = 0; k < skeleton.BodyJoints; k++)
        {
            ref readonly var p = ref previous._points[k];
            ref readonly var q = ref pose.Points[k];
            if (!p.IsFound || !q.IsFound || p.Score < threshold || q.Score < threshold) { continue; }
            previous._motion[count++] = horizontal ? q.X - p.X : q.Y - p.Y;
        }
        if (count == 0) { return 0; }
        previous._motion.AsSpan(0, count).Sort();
        var (low, high) = (previous._motion[(count - 1) / 2], previous._motion[count / 2]);
        return (low + high) * 0.5f;
    }
}
