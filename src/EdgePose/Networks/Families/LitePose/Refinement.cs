using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EdgePose.Networks.Families.LitePose;

/// <summary>
/// Fills the missing joints of people from the maps (mit-han-lab/litepose:lib/core/group.py, refine): per joint the pixel with the
/// largest heat minus rounded tag distance to the person's mean tag. Found joints and scores stay as they are. It finds something for
/// nearly every joint of every instance, plausible or not: choose the people first.
/// </summary>
internal sealed class Refinement
{
    private float[] _rowMax = [];

    /// <summary>Refines the people that are kept.</summary>
    public void FillMissing(ResponseMaps maps, Peaks peaks, GroupedPeople people)
    {
        if (people.KeptCount == 0) { return; }
        FindRowMaxima(maps);
        for (var k = 0; k < people.KeptCount; k++) { FillPerson(maps, peaks, people, people.Kept[k]); }
    }

    private void FillPerson(ResponseMaps maps, Peaks peaks, GroupedPeople people, int person)
    {
        var (first, count) = (person * people.Joints, 0);
        var (tag, mirrored) = (0f, 0f);
        for (var j = 0; j < people.Joints; j++)
        {
            var member = people.Member[first + j];
            if (member < 0) { continue; }
            ref readonly var peak = ref peaks.At(j, member);
            tag += peak.Tag;
            mirrored += peak.MirroredTag;
            count++;
        }
        (tag, mirrored) = (tag / count, mirrored / count);
        for (var j = 0; j < people.Joints; j++)
        {
            if (people.Value[first + j] != 0) { continue; }
            var at = Best(maps, j, tag, mirrored);
            if (at < 0) { continue; }
            var plane = maps.HeatOf(j);
            if (!(plane[at] > 0) || !float.IsFinite(plane[at])) { continue; }
            (people.X[first + j], people.Y[first + j]) = MapPeaks.Adjust(plane, maps.Width, maps.Height, at % maps.Width, at / maps.Width);
            people.Value[first + j] = plane[at];
        }
    }

    // First index of the largest heat - round(distance); -1 when all are NaN. A row whose largest heat is not above the best so far
    // cannot win, because a distance only subtracts.
    private int Best(ResponseMaps maps, int joint, float tag, float mirroredTag)
    {
        var (width, plane) = (maps.Width, maps.Width * maps.Height);
        var (best, at) = (float.NegativeInfinity, -1);
        var mirrored = maps.MirroredTags;
        for (var y = 0; y < maps.Height; y++)
        {
            if (_rowMax[joint * maps.Height + y] <= best) { continue; }
            var start = joint * plane + y * width;
            var heat = maps.Heat.Slice(start, width);
            var tags = maps.Tags.Slice(start, width);
            var turned = mirrored.IsEmpty ? default : mirrored.Slice(start, width);
            var x = BestInRow(heat, tags, tag, turned, mirroredTag, ref best);
            if (x >= 0) { at = y * width + x; }
        }
        return at;
    }

    private static int BestInRow(
        ReadOnlySpan<float> heat, ReadOnlySpan<float> tags, float tag, ReadOnlySpan<float> mirrored, float mirroredTag, ref float best)
    {
        var (lanes, at) = (Vector256<float>.Count, -1);
        for (var x = 0; x < heat.Length; x++)
        {
            if (x + lanes <= heat.Length)
            {
                var h = Vector256.Create(heat.Slice(x, lanes));
                if (!Vector256.GreaterThanAny(h, Vector256.Create(best))) { x += lanes - 1; continue; }
                var d = Vector256.Create(tags.Slice(x, lanes)) - Vector256.Create(tag);
                var squared = d * d;
                if (!mirrored.IsEmpty)
                {
                    var m = Vector256.Create(mirrored.Slice(x, lanes)) - Vector256.Create(mirroredTag);
                    squared += m * m;
                }
                var score = h - Vector256.Round(Vector256.Sqrt(squared));
                if (!Vector256.GreaterThanAny(score, Vector256.Create(best))) { x += lanes - 1; continue; }
            }
            for (var end = Math.Min(x + lanes, heat.Length); x < end; x++)
            {
                var (d, m) = (tags[x] - tag, mirrored.IsEmpty ? 0 : mirrored[x] - mirroredTag);
                var score = heat[x] - MathF.Round(MathF.Sqrt(d * d + m * m));
                if (score > best) { (best, at) = (score, x); }
            }
            x--;
        }
        return at;
    }

    private void FindRowMaxima(ResponseMaps maps)
    {
        var rows = maps.Joints * maps.Height;
        if (_rowMax.Length < rows) { _rowMax = new float[rows]; }
        for (var r = 0; r < rows; r++)
        {
            var row = maps.Heat.Slice(r * maps.Width, maps.Width);
            var most = Vector256.Create(float.NegativeInfinity);
            var blocks = MemoryMarshal.Cast<float, Vector256<float>>(row);
            // MaxNumber ignores NaN, which no comparison here may win.
            foreach (var block in blocks) { most = Vector256.MaxNumber(most, block); }
            var largest = float.NegativeInfinity;
            for (var i = 0; i < Vector256<float>.Count; i++) { largest = MathF.Max(largest, most[i]); }
            foreach (var value in row[(blocks.Length * Vector256<float>.Count)..]) { if (value > largest) { largest = value; } }
            _rowMax[r] = largest;
        }
    }
}
