namespace EdgePose.Networks.Families.LitePose;

/// <summary>
/// Aggregated heat and tag maps of one resolution, joints x height x width each. Buffers grow to the largest size used and are kept.
/// </summary>
internal sealed class ResponseMaps(int joints)
{
    private float[] _heat = [], _tags = [], _mirroredTags = [];

    public int Joints { get; } = joints;
    public int Width { get; private set; }
    public int Height { get; private set; }

    /// <summary>Number of runs whose tags are present: 0, 1, or 2 with that of the mirrored picture.</summary>
    public int TaggedRuns { get; private set; }

    public Span<float> Heat => _heat.AsSpan(0, Length);
    public Span<float> Tags => TaggedRuns > 0 ? _tags.AsSpan(0, Length) : [];
    public Span<float> MirroredTags => TaggedRuns > 1 ? _mirroredTags.AsSpan(0, Length) : [];

    private int Length => Joints * Width * Height;

    public void Resize(int width, int height, int taggedRuns)
    {
        (Width, Height, TaggedRuns) = (width, height, taggedRuns);
        if (_heat.Length < Length) { _heat = new float[Length]; }
        if (taggedRuns > 0 && _tags.Length < Length) { _tags = new float[Length]; }
        if (taggedRuns > 1 && _mirroredTags.Length < Length) { _mirroredTags = new float[Length]; }
    }

    public ReadOnlySpan<float> HeatOf(int joint) => _heat.AsSpan(joint * Width * Height, Width * Height);

    /// <summary>The peak at a pixel of a joint's map; tags that are not present are 0.</summary>
    public Peak PeakAt(int joint, int x, int y)
    {
        var at = (joint * Height + y) * Width + x;
        return new Peak(x, y, _heat[at], TaggedRuns > 0 ? _tags[at] : 0, TaggedRuns > 1 ? _mirroredTags[at] : 0);
    }
}

/// <summary>The maps of one decoding: at half the size of the input, and at its full size for the accurate profile. Nothing outlives the frame.</summary>
internal sealed class DecoderMaps(int joints)
{
    public int Joints { get; } = joints;
    public ResponseMaps Half { get; } = new(joints);
    public ResponseMaps Full { get; } = new(joints);
}
