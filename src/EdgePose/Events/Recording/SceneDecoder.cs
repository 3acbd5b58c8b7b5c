using System.Text;
using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Recording;

/// <summary>Reads what <see cref="SceneEncoder"/> wrote. Total: bytes that it did not write end the block, they never throw.</summary>
internal sealed class SceneDecoder(int joints)
{
    private const int MostPixels = 1_000_000;

    private readonly SceneMemory _memory = new(joints);
    private ReadOnlyMemory<byte> _block;
    private int _at;
    private bool _damaged;

    /// <summary>Why a stream was lost, after a record of that kind.</summary>
    public string Reason { get; private set; } = "";
    public Instant Time => _memory.Time;

    /// <summary>True when the last block ended in something unreadable.</summary>
    public bool IsDamaged => _damaged;

    public void Begin(ReadOnlyMemory<byte> block)
    {
        (_block, _at, _damaged) = (block, 0, false);
        _memory.Reset();
    }

    /// <summary>The next record; <paramref name="scene"/> is filled for a scene. False at the end of the block.</summary>
    public bool TryRead(Scene scene, out RecordKind kind)
    {
        kind = default;
        if (_damaged || _at >= _block.Length) { return false; }
        kind = (RecordKind)Unsigned(2);
        var last = _memory.Time;
        var microseconds = last.Microseconds + Signed();
        var utc = microseconds + (last.UtcMicroseconds - last.Microseconds) + Signed();
        var offset = last.OffsetMinutes + Signed();
        // Wall-clock times beyond the years 1 to 9999 were never written.
        if (Math.Abs(offset) > 24 * 60 || utc is < -62_000_000_000_000_000 or > 253_000_000_000_000_000) { _damaged = true; }
        if (_damaged) { return false; }
        _memory.Time = new Instant(microseconds, utc, (int)offset);
        if (kind == RecordKind.Scene) { ReadScene(scene); }
        else if (kind == RecordKind.Lost) { ReadReason(); }
        return !_damaged;
    }

    private void ReadScene(Scene scene)
    {
        var (epoch, width, height) = (_memory.Epoch + Signed(), _memory.Width + Signed(), _memory.Height + Signed());
        var count = Unsigned(BlockFormat.MostPeople);
        if (epoch is < 0 or > int.MaxValue || width is < 1 or > MostPixels || height is < 1 or > MostPixels) { _damaged = true; }
        if (_damaged) { return; }
        (_memory.Epoch, _memory.Width, _memory.Height) = ((int)epoch, (int)width, (int)height);
        scene.Clear();
        (scene.Time, scene.Epoch, scene.Width, scene.Height) = (_memory.Time, (int)epoch, (int)width, (int)height);
        for (var i = 0; i < (int)count && !_damaged; i++) { ReadBody(scene.Add(), i); }
        _memory.EndScene();
    }

    private void ReadBody(Body body, int index)
    {
        var track = _memory.TrackAt(index) + Signed();
        body.Source = (PoseSource)Unsigned((ulong)PoseSource.Held);
        body.AgeMs = body.Source == PoseSource.Measured ? 0 : (int)Unsigned(1_000_000);
        var codes = _memory.Next(track);
        for (var i = 0; i < 4; i++) { codes.Box[i] = Step(codes.Box[i], SceneGrid.Codes - 1); }
        codes.Box[4] = Step(codes.Box[4], SceneGrid.Codes - 1);
        if (_at + codes.Found.Length > _block.Length) { _damaged = true; }
        if (_damaged) { return; }
        for (var i = 0; i < codes.Found.Length; i++) { codes.Found[i] ^= _block.Span[_at++]; }
        Plane(codes, codes.X, SceneGrid.Codes - 1);
        Plane(codes, codes.Y, SceneGrid.Codes - 1);
        Plane(codes, codes.Score, SceneGrid.JointScores);
        codes.Give(body);
    }

    private void Plane(PersonCodes codes, int[] values, int most)
    {
        for (var j = 0; j < values.Length; j++)
        {
            if (codes.IsFound(j)) { values[j] = Step(values[j], most); }
        }
    }

    private int Step(int from, int most)
    {
        var value = from + Signed();
        if (value >= 0 && value <= most) { return (int)value; }
        _damaged = true;
        return 0;
    }

    private void ReadReason()
    {
        var length = (int)Unsigned(4 * SceneEncoder.LongestReason);
        if (_at + length > _block.Length) { _damaged = true; }
        if (_damaged) { return; }
        Reason = Encoding.UTF8.GetString(_block.Span.Slice(_at, length));
        _at += length;
    }

    private long Signed()
    {
        var value = Unsigned(ulong.MaxValue);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Unsigned(ulong most)
    {
        var (value, shift) = (0UL, 0);
        while (_at < _block.Length && shift < 64)
        {
            var part = _block.Span[_at++];
            value |= (ulong)(part & 0x7F) << shift;
            shift += 7;
            if (part < 0x80)
            {
                if (value <= most) { return value; }
                break;
            }
        }
        _damaged = true;
        return 0;
    }
}
