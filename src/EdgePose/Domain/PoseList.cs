namespace EdgePose.Domain;

/// <summary>
/// The people of one frame. Grows to the largest crowd seen and then allocates nothing: <see cref="Clear"/> keeps the instances
/// and <see cref="Add"/> hands them out again with every joint missing.
/// </summary>
internal sealed class PoseList(int joints)
{
    private readonly List<Pose> _pool = [];

    public int Joints { get; } = joints;
    public int Count { get; private set; }
    public Pose this[int index] => index < Count ? _pool[index] : throw new ArgumentOutOfRangeException(nameof(index));

    public void Clear() => Count = 0;

    public Pose Add()
    {
        if (Count == _pool.Count) { _pool.Add(new Pose(Joints)); }
        var pose = _pool[Count++];
        pose.Points.AsSpan().Fill(Keypoint.Missing);
        pose.Score = 0;
        pose.Box = default;
        pose.Person = 0;
        return pose;
    }

    /// <summary>Drops the pose at <paramref name="index"/>; the order of the others is kept.</summary>
    public void RemoveAt(int index)
    {
        var pose = this[index];
        _pool.RemoveAt(index);
        Count--;
        _pool.Insert(Count, pose);
    }
}
