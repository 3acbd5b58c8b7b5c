using System.Numerics;

namespace EdgePose.Events;

/// <summary>Where a person's shoulders and feet were at one moment, in picture heights.</summary>
/// <param name="At">Monotonic microseconds.</param>
/// <param name="Foot">Foot point.</param>
/// <param name="Shoulders">Height of the shoulders, y down; NaN when unknown.</param>
internal readonly record struct TrailPoint(long At, Vector2 Foot, float Shoulders);

/// <summary>The last seconds of a person's movement, thinned to a fixed rate so that it does not depend on the frame rate. Oldest first.</summary>
internal sealed class Trail
{
    public const int Capacity = 64;

    /// <summary>Shorter gaps are thinned: 64 points then last for two and a half seconds at any frame rate.</summary>
    private const long Interval = 39_000;

    private readonly TrailPoint[] _points = new TrailPoint[Capacity];
    private int _next;

    public int Count { get; private set; }

    public TrailPoint this[int index] => _points[(_next - Count + index + Capacity) % Capacity];

    public void Clear() => Count = 0;

    public void Add(in TrailPoint point)
    {
        if (Count > 0 && point.At - this[Count - 1].At < Interval) { return; }
        _points[_next] = point;
        _next = (_next + 1) % Capacity;
        Count = Math.Min(Count + 1, Capacity);
    }
}
