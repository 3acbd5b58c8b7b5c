using EdgePose.Domain;

namespace EdgePose.Networks.TopDown;

/// <summary>Finds poses that two boxes gave of the same person.</summary>
internal static class PoseSimilarity
{
    /// <summary>Fewer common confident joints than this say nothing about identity: then all found joints are compared.</summary>
    private const int MinCommon = 3;

    /// <summary>
    /// Object key-point similarity between two predictions, 0..1: the mean over joints of exp(-d^2 / (2 v A)), v = (2 sigma)^2, A = the
    /// mean of the box areas (open-mmlab/mmpose:mmpose/evaluation/functional/nms.py), over the body joints that both see.
    /// </summary>
    public static float Oks(Pose a, Pose b, Skeleton skeleton, float jointThreshold)
    {
        var (sum, count) = Sum(a, b, skeleton, jointThreshold);
        if (count < MinCommon) { (sum, count) = Sum(a, b, skeleton, float.NegativeInfinity); }
        return count == 0 ? 0 : (float)(sum / count);
    }

    private static (double Sum, int Count) Sum(Pose a, Pose b, Skeleton skeleton, float threshold)
    {
        var area = ((double)a.Box.Area + b.Box.Area) * 0.5 + double.Epsilon;
        var (sum, count) = (0.0, 0);
        for (var k = 0; k < skeleton.BodyJoints; k++)
        {
            ref readonly var p = ref a.Points[k];
            ref readonly var q = ref b.Points[k];
            if (!p.IsFound || !q.IsFound || p.Score < threshold || q.Score < threshold) { continue; }
            var (dx, dy, sigma) = ((double)p.X - q.X, (double)p.Y - q.Y, 2.0 * skeleton.Sigmas[k]);
            sum += Math.Exp(-(dx * dx + dy * dy) / (2 * sigma * sigma * area));
            count++;
        }
        return (sum, count);
    }
}
