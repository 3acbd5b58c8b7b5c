namespace EdgePose.Domain;

/// <summary>Where a published pose comes from.</summary>
internal enum PoseSource
{
    /// <summary>A network saw this person in this frame.</summary>
    Measured,

    /// <summary>Moved forward from an earlier measurement.</summary>
    Propagated,

    /// <summary>Repeated unchanged from an earlier measurement.</summary>
    Held,
}

/// <summary>
/// A person with an identity. Track ids are per stream, rise monotonically, and are never used again in the life of the process.
/// Pooled like <see cref="Pose"/>: copy what must outlive the next frame.
/// </summary>
internal sealed class TrackedPose(int joints)
{
    public readonly Keypoint[] Points = new Keypoint[joints];

    /// <summary>The joints of the last measurement as the network gave them, neither smoothed nor moved on.</summary>
    public readonly Keypoint[] Measured = new Keypoint[joints];
    public long Track { get; set; }

    /// <summary><see cref="Pose.Person"/> of the last measurement.</summary>
    public long Person { get; set; }
    public float Score { get; set; }
    public Box Box { get; set; }
    public PoseSource Source { get; set; }

    /// <summary>Time since the measurement behind this pose, in milliseconds; 0 when measured in this frame.</summary>
    public double AgeMs { get; set; }
}

/// <summary>The tracked people of one frame; instances are reused as in <see cref="PoseList"/>.</summary>
internal sealed class TrackedPoseList(int joints)
{
    private readonly List<TrackedPose> _pool = [];

    public int Joints { get; } = joints;
    public int Count { get; private set; }
    public TrackedPose this[int index] => index < Count ? _pool[index] : throw new ArgumentOutOfRangeException(nameof(index));

    public void Clear() => Count = 0;

    public TrackedPose Add()
    {
        if (Count == _pool.Count) { _pool.Add(new TrackedPose(Joints)); }
        return _pool[Count++];
    }

    /// <summary>Drops a person; the order of the others is kept.</summary>
    public void Remove(TrackedPose person) { if (_pool.Remove(person)) { _pool.Insert(--Count, person); } }
}
