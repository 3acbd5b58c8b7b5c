using System.Text;
using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Recording;

/// <summary>
/// Writes scenes as differences from the scene before: variable-length integers, small ones in one byte. Each block begins anew. Allocates
/// nothing once the buffer has its size.
/// </summary>
internal sealed class SceneEncoder(int joints)
{
    public const int LongestReason = 1000;

    private readonly SceneMemory _memory = new(joints);
    private readonly PersonCodes _before = new(joints);
    private byte[] _buffer = new byte[48 * 1024];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);
    public int Length => _length;

    /// <summary>Scenes and other records since <see cref="Begin"/>.</summary>
    public int Records { get; private set; }

    public void Begin()
    {
        (_length, Records) = (0, 0);
        _memory.Reset();
    }

    public void Add(Scene scene)
    {
        Head(RecordKind.Scene, scene.Time);
        Signed(scene.Epoch - _memory.Epoch);
        Signed(scene.Width - _memory.Width);
        Signed(scene.Height - _memory.Height);
        (_memory.Epoch, _memory.Width, _memory.Height) = (scene.Epoch, scene.Width, scene.Height);
        var people = Math.Min(scene.Count, BlockFormat.MostPeople);
        Unsigned((ulong)people);
        for (var i = 0; i < people; i++) { Add(scene[i], i); }
        _memory.EndScene();
    }

    public void AddLost(in Instant time, string reason)
    {
        Head(RecordKind.Lost, time);
        var text = Encoding.UTF8.GetBytes(reason.Length <= LongestReason ? reason : reason[..LongestReason]);
        Unsigned((ulong)text.Length);
        Reserve(text.Length);
        text.CopyTo(_buffer, _length);
        _length += text.Length;
    }

    public void AddStopped(in Instant time) => Head(RecordKind.Stopped, time);

    private void Head(RecordKind kind, in Instant time)
    {
        Records++;
        Unsigned((ulong)kind);
        var last = _memory.Time;
        Signed(time.Microseconds - last.Microseconds);
        // Both clocks run alike: the difference of the differences is zero but for steps of the wall clock.
        Signed(time.UtcMicroseconds - time.Microseconds - (last.UtcMicroseconds - last.Microseconds));
        Signed(time.OffsetMinutes - last.OffsetMinutes);
        _memory.Time = time;
    }

    private void Add(Body body, int index)
    {
        Signed(body.Track - _memory.TrackAt(index));
        Unsigned((ulong)body.Source);
        if (body.Source != PoseSource.Measured) { Unsigned((ulong)body.AgeMs); }
        var codes = _memory.Next(body.Track);
        _before.CopyFrom(codes);
        codes.Take(body);
        for (var i = 0; i < codes.Box.Length; i++) { Signed(codes.Box[i] - _before.Box[i]); }
        Reserve(codes.Found.Length);
        for (var i = 0; i < codes.Found.Length; i++) { _buffer[_length++] = (byte)(codes.Found[i] ^ _before.Found[i]); }
        // Plane by plane: like numbers beside each other compress better.
        Plane(codes, codes.X, _before.X);
        Plane(codes, codes.Y, _before.Y);
        Plane(codes, codes.Score, _before.Score);
    }

    private void Plane(PersonCodes codes, int[] values, int[] before)
    {
        for (var j = 0; j < values.Length; j++)
        {
            if (codes.IsFound(j)) { Signed(values[j] - before[j]); }
        }
    }

    private void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    private void Unsigned(ulong value)
    {
        Reserve(10);
        while (value >= 0x80)
        {
            _buffer[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _buffer[_length++] = (byte)value;
    }

    private void Reserve(int more)
    {
        if (_length + more > _buffer.Length) { Array.Resize(ref _buffer, 2 * Math.Max(_buffer.Length, more)); }
    }
}
