using EdgePose.Domain;

namespace EdgePose.Events.Scenes;

/// <summary>The last seconds of a person's body joints, at most <see cref="PerSecond"/> moments a second. Allocates only when it is read.</summary>
internal sealed class PoseHistory
{
    public const int PerSecond = 5;

    /// <summary>A little less than the time between two moments, so that a frame that comes early is not passed over.</summary>
    private const long Interval = Instant.PerSecond / PerSecond * 9 / 10;

    private readonly Keypoint[][] _points;
    private readonly long[] _times;
    private readonly long _span;
    private readonly int _joints;
    private int _next, _count;

    /// <param name="span">Length; zero keeps nothing.</param>
    /// <param name="joints">Leading joints of the skeleton that are kept.</param>
    public PoseHistory(TimeSpan span, int joints)
    {
        (_span, _joints) = (Instant.Most(span), joints);
        _times = new long[span > TimeSpan.Zero ? (int)Math.Ceiling(span.TotalSeconds * PerSecond) + 1 : 0];
        _points = [.. _times.Select(_ => new Keypoint[joints])];
    }

    public void Clear() => _count = 0;

    public void Add(long at, ReadOnlySpan<Keypoint> points)
    {
        if (_times.Length == 0 || _count > 0 && at - _times[(_next + _times.Length - 1) % _times.Length] < Interval) { return; }
        _times[_next] = at;
        points[.._joints].CopyTo(_points[_next]);
        _next = (_next + 1) % _times.Length;
        _count = Math.Min(_count + 1, _times.Length);
    }

    /// <summary>A copy, oldest first.</summary>
    public PoseMoment[] Read(long now)
    {
        var moments = new List<PoseMoment>(_count);
        for (var i = 0; i < _count; i++)
        {
            var slot = (_next - _count + i + 2 * _times.Length) % _times.Length;
            if (now - _times[slot] <= _span) { moments.Add(new PoseMoment(Instant.Span(now - _times[slot]), _points[slot].ToArray())); }
        }
        return [.. moments];
    }
}
