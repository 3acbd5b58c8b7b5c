using System.Numerics;
using System.Runtime.Intrinsics;

namespace EdgePose.Networks.Families.LitePose;

/// <summary>Peak search and sub-pixel offsets on aggregated maps (mit-han-lab/litepose:lib/core/group.py).</summary>
internal static class MapPeaks
{
    /// <summary>Half the side of the 5 x 5 window in which a peak must be the largest value.</summary>
    private const int Reach = 2;

    /// <summary>The smallest float that exceeds <paramref name="threshold"/>.</summary>
    private static float JustAbove(double threshold)
    {
        var value = (float)threshold;
        return value > threshold ? value : MathF.BitIncrement(value);
    }

    /// <summary>
    /// Collects the local maxima of one joint above <paramref name="threshold"/>; values or tags that are not finite are no peaks.
    /// </summary>
    public static void Find(ResponseMaps maps, int joint, double threshold, Peaks peaks)
    {
        var least = JustAbove(threshold);
        var plane = maps.HeatOf(joint);
        peaks.Begin(joint);
        for (var y = 0; y < maps.Height; y++) { FindInRow(maps, plane, joint, y, least, peaks); }
        peaks.End();
    }

    // The pixels above and below reject nearly everything, so only what passes them is held against the whole window.
    private static void FindInRow(ResponseMaps maps, ReadOnlySpan<float> plane, int joint, int y, float least, Peaks peaks)
    {
        var (lanes, width) = (Vector256<float>.Count, maps.Width);
        var row = plane.Slice(y * width, width);
        var above = plane.Slice(Math.Max(y - 1, 0) * width, width);
        var below = plane.Slice(Math.Min(y + 1, maps.Height - 1) * width, width);
        var bound = Vector256.Create(least);
        var x = 0;
        for (; x + lanes <= width; x += lanes)
        {
            var value = Vector256.Create(row.Slice(x, lanes));
            if (!Vector256.GreaterThanOrEqualAny(value, bound)) { continue; }
            var larger = Vector256.GreaterThan(Vector256.Create(above.Slice(x, lanes)), value)
                | Vector256.GreaterThan(Vector256.Create(below.Slice(x, lanes)), value);
            var passed = Vector256.AndNot(Vector256.GreaterThanOrEqual(value, bound), larger).ExtractMostSignificantBits();
            for (; passed != 0; passed &= passed - 1) { Try(maps, plane, joint, x + BitOperations.TrailingZeroCount(passed), y, peaks); }
        }
        for (; x < width; x++)
        {
            if (row[x] >= least) { Try(maps, plane, joint, x, y, peaks); }
        }
    }

    private static void Try(ResponseMaps maps, ReadOnlySpan<float> plane, int joint, int x, int y, Peaks peaks)
    {
        if (!(plane[y * maps.Width + x] > peaks.Floor) || !IsLargest(plane, maps.Width, maps.Height, x, y)) { return; }
        var peak = maps.PeakAt(joint, x, y);
        if (float.IsFinite(peak.Value) && float.IsFinite(peak.Tag) && float.IsFinite(peak.MirroredTag)) { peaks.Add(peak); }
    }

    private static bool IsLargest(ReadOnlySpan<float> plane, int width, int height, int x, int y)
    {
        var value = plane[y * width + x];
        var (left, right) = (Math.Max(x - Reach, 0), Math.Min(x + Reach, width - 1));
        for (var ny = Math.Max(y - Reach, 0); ny <= Math.Min(y + Reach, height - 1); ny++)
        {
            foreach (var neighbour in plane.Slice(ny * width + left, right - left + 1))
            {
                if (neighbour > value) { return false; }
            }
        }
        return true;
    }

    /// <summary>
    /// Position of a peak in map coordinates: the pixel's middle, moved a quarter towards the larger neighbour on each axis (towards zero
    /// when both are equal), neighbours clamped to the map.
    /// </summary>
    public static (float X, float Y) Adjust(ReadOnlySpan<float> plane, int width, int height, int x, int y)
    {
        var right = plane[y * width + Math.Min(x + 1, width - 1)];
        var left = plane[y * width + Math.Max(x - 1, 0)];
        var below = plane[Math.Min(y + 1, height - 1) * width + x];
        var above = plane[Math.Max(y - 1, 0) * width + x];
        return (Quarter(x, right, left), Quarter(y, below, above));
    }

    private static float Quarter(int position, float after, float before) => position + 0.5f + (after > before ? 0.25f : -0.25f);
}
