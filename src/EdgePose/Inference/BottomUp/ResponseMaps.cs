namespace EdgePose.Inference.BottomUp;

/// <summary>
/// Aggregated heat and tag maps of one resolution, joints x height x width each. Buffers grow to the largest size used and are kept.
/// </summary>
internal sealed class ResponseMaps(int joints)
{
    private float[] _heat = [], _tags = [], _mirroredTags = [];

    public int Joints { get; } = joints;
    public int Width { get; private set; }
    public int Height { get; private set; }

    /// <summary>Whether the tags of a mirrored run are present.</summary>
    public bool HasMirrored { get; private set; }

    public Span<float> Heat => _heat.AsSpan(0, Length);
    public Span<float> Tags => _tags.AsSpan(0, Length);
    public Span<float> MirroredTags => HasMirrored ? _mirroredTags.AsSpan(0, Length) : [];

    private int Length => Joints * Width * Height;

    public void Resize(int width, int height, bool mirrored)
    {
        (Width, Height, HasMirrored) = (width, height, mirrored);
        if (_heat.Length < Length) { (_heat, _tags) = (new float[Length], new float[Length]); }
        if (mirrored && _mirroredTags.Length < Length) { _mirroredTags = new float[Length]; }
    }

    public ReadOnlySpan<float> HeatOf(int joint) => _heat.AsSpan(joint * Width * Height, Width * Height);

    /// <summary>The peak at a pixel of a joint's map.</summary>
    public Peak PeakAt(int joint, int x, int y)
    {
        var at = (joint * Height + y) * Width + x;
        return new Peak(x, y, _heat[at], _tags[at], HasMirrored ? _mirroredTags[at] : 0);
    }
}
