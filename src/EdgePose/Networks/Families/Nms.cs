using System.Runtime.InteropServices;
using EdgePose.Domain;

namespace EdgePose.Networks.Families;

/// <summary>Greedy non-maximum suppression with reused buffers.</summary>
internal sealed class Nms
{
    /// <summary>Candidates beyond the best 1000 are dropped, as mmdet does per level: a broken network must not cost quadratic time.</summary>
    public const int MaxCandidates = 1000;

    private static readonly Comparison<Ranked> BestFirst = static (a, b) =>
        a.Detection.Score != b.Detection.Score ? b.Detection.Score.CompareTo(a.Detection.Score) : a.Index.CompareTo(b.Index);

    private readonly List<Ranked> _order = [];

    /// <summary>Sorts by descending score; equal scores keep their order.</summary>
    public void Sort(List<Detection> detections)
    {
        _order.Clear();
        for (var i = 0; i < detections.Count; i++) { _order.Add(new Ranked(detections[i], i)); }
        CollectionsMarshal.AsSpan(_order).Sort(BestFirst);
        for (var i = 0; i < detections.Count; i++) { detections[i] = _order[i].Detection; }
    }

    /// <summary>Sorts, then drops every box whose IoU with a better one that stays is above <paramref name="threshold"/>.</summary>
    /// <param name="detections">Changed in place.</param>
    /// <param name="threshold">0..1; an IoU equal to it is kept.</param>
    /// <param name="plusOnePixel">Count inclusive pixels, as YOLOX does.</param>
    public void Apply(List<Detection> detections, float threshold, bool plusOnePixel)
    {
        Sort(detections);
        var count = Math.Min(detections.Count, MaxCandidates);
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            var candidate = detections[i];
            var covered = false;
            for (var k = 0; k < kept && !covered; k++)
            {
                var iou = plusOnePixel ? IouPlusOne(detections[k].Box, candidate.Box) : detections[k].Box.Iou(candidate.Box);
                covered = iou > threshold;
            }
            if (!covered) { detections[kept++] = candidate; }
        }
        detections.RemoveRange(kept, detections.Count - kept);
    }

    /// <summary>IoU over inclusive pixel boxes (Megvii-BaseDetection/YOLOX:yolox/utils/demo_utils.py).</summary>
    public static float IouPlusOne(in Box a, in Box b)
    {
        var w = MathF.Max(0, MathF.Min(a.X2, b.X2) - MathF.Max(a.X1, b.X1) + 1);
        var h = MathF.Max(0, MathF.Min(a.Y2, b.Y2) - MathF.Max(a.Y1, b.Y1) + 1);
        var intersection = w * h;
        return intersection / ((a.Width + 1) * (a.Height + 1) + (b.Width + 1) * (b.Height + 1) - intersection);
    }

    private readonly record struct Ranked(Detection Detection, int Index);
}
