namespace EdgePose.People.Skipping;

/// <summary>
/// The change from one frame to the next, block by block: what noise looks like where nothing moves, and how the key frames of codecs give
/// themselves away. A key frame encodes the picture afresh, which changes most blocks by a fraction of a grey level at once and nothing
/// before or after: H.264 of a still with noise, 0.4 to 1.5 Mbit/s, steps by .4 to 1.0 (median block; at most 1.5) where other frames
/// step by .00 to .10.
/// </summary>
internal sealed class FrameStep(int width, int height)
{
    /// <summary>Largest step of a block, in grey levels, that a key frame makes.</summary>
    public const float MaxPulse = 2;

    /// <summary>The median block steps farther than so many usual steps and this many grey levels.</summary>
    private const float Unusual = 3, Margin = 0.1f;

    /// <summary>Frames and seconds without such a step before a pulse; a camera that moves does so in frame after frame.</summary>
    private const int QuietFrames = 3;
    private const double QuietTime = 0.2;

    /// <summary>
    /// Share of a step's energy that makes it a shift. The two directions explain about a fifth of noise by chance, because the 100 cells of
    /// a block, blurred 3 x 3, are some 11 independent ones.
    /// </summary>
    private const float ShiftShare = 0.5f;

    /// <summary>Seconds over which the usual step is averaged.</summary>
    private const double Memory = 1;

    private const int Side = ChangeMap.BlockSide;

    private readonly int _columns = (width + Side - 1) / Side;
    private readonly float[] _blocks = new float[(width + Side - 1) / Side * ((height + Side - 1) / Side) + 1];
    private readonly float[] _sorted = new float[(width + Side - 1) / Side * ((height + Side - 1) / Side)];
    private float[] _before = new float[width * height], _now = new float[width * height];
    private bool _started;
    private int _quiet;
    private double _usual, _last, _quietSince;

    /// <summary>The latest step was that of a key frame.</summary>
    public bool IsPulse { get; private set; }

    /// <summary>Mean absolute difference in grey levels in a block, or in the picture for the index after the last one.</summary>
    public float this[int block] => _blocks[block];

    /// <summary>How far a cell has stepped, in grey levels, with its sign.</summary>
    public float this[int x, int y] => _now[y * width + x] - _before[y * width + x];

    /// <summary>Measures the step to <paramref name="picture"/>, which must have this size.</summary>
    /// <param name="picture">The next frame.</param>
    /// <param name="now">Its time in seconds.</param>
    public void Observe(Thumbnail picture, double now)
    {
        (_before, _now) = (_now, _before);
        picture.Luma.CopyTo(_now, 0);
        IsPulse = false;
        if (!_started) { (_started, _last, _quietSince) = (true, now, now); return; }
        Measure();
        var (median, limit) = (Median(), Unusual * _usual + Margin);
        var unusual = median > limit;
        IsPulse = unusual && _quiet >= QuietFrames && now - _quietSince >= QuietTime;
        (_quiet, _quietSince) = unusual ? (0, now) : (Math.Min(_quiet + 1, QuietFrames), _quietSince);

        // One other scene must not hide the key frames of the next seconds.
        if (!IsPulse) { _usual += (Math.Min(median, limit) - _usual) * (1 - Math.Exp(-Math.Max(0, now - _last) / Memory)); }
        _last = now;
    }

    /// <summary>
    /// A shift of the block explains most of its step, as when somebody or the camera moves; noise is no shift. One step of Lucas and Kanade
    /// (IJCAI 1981): the share of the squared difference that the best shift takes away. False for the picture as a whole.
    /// </summary>
    public bool IsShift(int block)
    {
        var (left, top) = (block % _columns * Side, block / _columns * Side);
        var (xx, xy, yy, bx, by, energy) = (0f, 0f, 0f, 0f, 0f, 0f);
        for (var y = Math.Max(1, top); y < Math.Min(height - 1, top + Side); y++)
        {
            for (var x = Math.Max(1, left); x < Math.Min(width - 1, left + Side); x++)
            {
                var i = y * width + x;
                var (gx, gy) = ((_before[i + 1] - _before[i - 1]) / 2, (_before[i + width] - _before[i - width]) / 2);
                var change = _now[i] - _before[i];
                (xx, xy, yy) = (xx + gx * gx, xy + gx * gy, yy + gy * gy);
                (bx, by, energy) = (bx + gx * change, by + gy * change, energy + change * change);
            }
        }
        var determinant = xx * yy - xy * xy;
        return determinant > 0 && (yy * bx * bx - 2 * xy * bx * by + xx * by * by) / determinant > ShiftShare * energy;
    }

    private void Measure()
    {
        _blocks.AsSpan().Clear();
        for (var y = 0; y < height; y++)
        {
            var sums = _blocks.AsSpan(y / Side * _columns, _columns);
            for (var column = 0; column < _columns; column++)
            {
                var sum = 0f;
                for (var i = y * width + column * Side; i < y * width + Math.Min(width, (column + 1) * Side); i++) { sum += MathF.Abs(_now[i] - _before[i]); }
                sums[column] += sum;
            }
        }
        for (var block = 0; block < _sorted.Length; block++)
        {
            _blocks[^1] += _blocks[block];
            _blocks[block] /= Math.Min(Side, width - block % _columns * Side) * Math.Min(Side, height - block / _columns * Side);
        }
        _blocks[^1] /= width * height;
    }

    private float Median()
    {
        _blocks.AsSpan(0, _sorted.Length).CopyTo(_sorted);
        _sorted.AsSpan().Sort();
        return _sorted[_sorted.Length / 2];
    }
}
