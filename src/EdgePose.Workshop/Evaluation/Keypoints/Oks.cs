namespace EdgePose.Workshop.Evaluation.Keypoints;

/// <summary>
/// Object key-point similarity (cocodataset/cocoapi:PythonAPI/pycocotools/cocoeval.py): the mean over joints of
/// exp(-d² / (2 s² (2σ)²)), s² the person's area. Over the labelled joints; for a person without any, over all joints with the distance to
/// the person's box grown to three times its size.
/// </summary>
internal static class Oks
{
    private const double Spacing = 2.220446049250313e-16;

    /// <param name="truth">x, y, v of each joint.</param>
    /// <param name="box">The person's box: x, y, width, height.</param>
    /// <param name="area">The person's area in square pixels.</param>
    /// <param name="result">x, y, score of each joint.</param>
    /// <param name="sigmas">Per-joint constants.</param>
    public static double Similarity(ReadOnlySpan<double> truth, ReadOnlySpan<double> box, double area, ReadOnlySpan<double> result, ReadOnlySpan<double> sigmas)
    {
        var (sum, count) = (0.0, 0);
        for (var k = 0; k < sigmas.Length; k++)
        {
            if (!(truth[3 * k + 2] > 0)) { continue; }
            sum += Term(result[3 * k] - truth[3 * k], result[3 * k + 1] - truth[3 * k + 1], sigmas[k], area);
            count++;
        }
        return count > 0 ? sum / count : Unlabelled(box, area, result, sigmas);
    }

    private static double Unlabelled(ReadOnlySpan<double> box, double area, ReadOnlySpan<double> result, ReadOnlySpan<double> sigmas)
    {
        var (x0, x1) = (box[0] - box[2], box[0] + 2 * box[2]);
        var (y0, y1) = (box[1] - box[3], box[1] + 2 * box[3]);
        var sum = 0.0;
        for (var k = 0; k < sigmas.Length; k++)
        {
            var (x, y) = (result[3 * k], result[3 * k + 1]);
            sum += Term(Math.Max(0, x0 - x) + Math.Max(0, x - x1), Math.Max(0, y0 - y) + Math.Max(0, y - y1), sigmas[k], area);
        }
        return sum / sigmas.Length;
    }

    private static double Term(double dx, double dy, double sigma, double area)
    {
        var variance = 2 * sigma * (2 * sigma);
        return Math.Exp(-((dx * dx + dy * dy) / variance / (area + Spacing) / 2));
    }
}
