using EdgePose.Domain;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Simcc;

/// <summary>
/// SimCC (RTMPose, DWPose): per joint one classification over x [n, K, W * ratio] and one over y [n, K, H * ratio]. Position =
/// arg-max / ratio without any half-pixel, score = the smaller of the two maxima, a score of zero or less is no joint
/// (open-mmlab/mmpose:mmpose/codecs/utils/post_processing.py). Scores are raw: they may exceed 1.
/// </summary>
internal sealed class SimccDecoder(ModelDescriptor descriptor) : IPoseDecoder
{
    public bool Udp => false;

    public void Decode(Binding binding, int item, in Placement crop, Span<Keypoint> points)
    {
        var ratio = descriptor.Decode.SimccRatio;
        var (xs, ys) = Find(binding, (int)MathF.Round(binding.Width * ratio), (int)MathF.Round(binding.Height * ratio));
        if (xs is null || ys is null || xs.Shape[1] != points.Length || ys.Shape[1] != points.Length || xs.Shape[0] != binding.Batch || ys.Shape[0] != binding.Batch)
        {
            throw OutputShapes.Mismatch(descriptor, binding,
                $"[{binding.Batch},{points.Length},{binding.Width * ratio}] and [{binding.Batch},{points.Length},{binding.Height * ratio}]");
        }
        var (columns, rows) = (xs.Shape[2], ys.Shape[2]);
        for (var k = 0; k < points.Length; k++)
        {
            var x = xs.Values.Slice((item * points.Length + k) * columns, columns);
            var y = ys.Values.Slice((item * points.Length + k) * rows, rows);
            var (ix, iy) = (ArgMax.IndexOf(x), ArgMax.IndexOf(y));
            var score = ix < 0 || iy < 0 ? 0 : MathF.Min(x[ix], y[iy]);
            if (!(score > 0) || !float.IsFinite(score)) { points[k] = Keypoint.Missing; continue; }
            var (px, py) = crop.ToFrame(ix / ratio, iy / ratio);
            points[k] = new Keypoint(px, py, score);
        }
    }

    // Square inputs have two equal shapes: the exports give x first.
    private (OutputTensor? X, OutputTensor? Y) Find(Binding binding, int columns, int rows)
    {
        var x = Fitting(OutputShapes.Named(descriptor, binding, 0), columns);
        var y = Fitting(OutputShapes.Named(descriptor, binding, 1), rows);
        for (var i = 0; i < binding.Outputs.Count; i++)
        {
            var output = binding.Outputs[i];
            if (x is null && !ReferenceEquals(output, y)) { x = Fitting(output, columns); }
            if (y is null && !ReferenceEquals(output, x)) { y = Fitting(output, rows); }
        }
        return (x, y);
    }

    private static OutputTensor? Fitting(OutputTensor? output, int last) =>
        output is { Shape.Length: 3 } && output.Shape[2] == last && output.Integers.IsEmpty ? output : null;
}
