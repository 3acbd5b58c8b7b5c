using System.Numerics;

namespace EdgePose.Events.Scenes;

/// <summary>Where a person's shoulders and feet were at one moment, in picture heights.</summary>
/// <param name="At">Monotonic microseconds.</param>
/// <param name="Foot">Foot point.</param>
/// <param name="Shoulders">Height of the shoulders, y down; NaN when unknown.</param>
/// <param name="Torso">Length of the upright torso as known then; 0 = not yet.</param>
internal readonly record struct TrailPoint(long At, Vector2 Foot, float Shoulders, float Torso);

/// <summary>The last seconds of a person's movement, thinned to a fixed rate so that it does not depend on the frame rate. Oldest first.</summary>
internal sealed class Trail
{
    public const int Capacity = 80;

    /// <summary>Shorter gaps are thinned: the points then last for 2.4 seconds at any frame rate.</summary>
    private const long Interval = 30_000;

    private readonly TrailPoint[] _points = new TrailPoint[Capacity];
    private int _next;

    public int Count { get; private set; }

    public TrailPoint this[int index] => _points[(_next - Count + index + Capacity) % Capacity];

    /// <summary>The longest upright torso since a moment: somebody who lies along the line of sight looks like one who stands far away.</summary>
    public float LongestTorso(long since)
    {
        var longest = 0f;
        for (var i = Count - 1; i >= 0 && this[i].At >= since; i--) { longest = MathF.Max(longest, this[i].Torso); }
        return longest;
    }

    public void Clear() => Count = 0;

    public void Add(in TrailPoint point)
    {
        if (Count > 0 && point.At - this[Count - 1].At < Interval) { return; }
        _points[_next] = point;
        _next = (_next + 1) % Capacity;
        Count = Math.Min(Count + 1, Capacity);
    }
}
