using EdgePose.Domain;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Simcc;

/// <summary>
/// SimCC (RTMPose, DWPose): per joint one classification over x [n, K, W * ratio] and one over y [n, K, H * ratio]; the ratio follows from the
/// shapes unless the descriptor gives one. Position = arg-max / ratio without any half-pixel, score = the smaller of the two maxima, a score of zero or less is no joint
/// (open-mmlab/mmpose:mmpose/codecs/utils/post_processing.py). Scores are raw: they may exceed 1.
/// </summary>
internal sealed class SimccDecoder(ModelDescriptor descriptor) : IPoseDecoder
{
    public bool Udp => false;

    public void Decode(Binding binding, int item, in Placement crop, Span<Keypoint> points)
    {
        var (xs, ys) = Find(binding);
        if (xs is null || ys is null || xs.Shape[1] != points.Length || ys.Shape[1] != points.Length || xs.Shape[0] != binding.Batch || ys.Shape[0] != binding.Batch)
        {
            throw OutputShapes.Mismatch(descriptor, binding, descriptor.Decode.SimccRatio is { } stated
                ? $"[{binding.Batch},{points.Length},{binding.Width * stated}] and [{binding.Batch},{points.Length},{binding.Height * stated}]"
                : $"[{binding.Batch},{points.Length},r*{binding.Width}] and [{binding.Batch},{points.Length},r*{binding.Height}]");
        }
        var (columns, rows) = (xs.Shape[2], ys.Shape[2]);
        var ratio = descriptor.Decode.SimccRatio ?? (float)columns / binding.Width;
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

    private (OutputTensor? X, OutputTensor? Y) Find(Binding binding)
    {
        if (OutputShapes.Named(descriptor, binding, 0) is { } first && OutputShapes.Named(descriptor, binding, 1) is { } second)
        {
            return Fit(first, second, binding) ? (first, second) : (null, null);
        }
        for (var i = 0; i < binding.Outputs.Count; i++)
        {
            for (var k = i + 1; k < binding.Outputs.Count; k++)
            {
                if (Fit(binding.Outputs[i], binding.Outputs[k], binding)) { return (binding.Outputs[i], binding.Outputs[k]); }
                if (Fit(binding.Outputs[k], binding.Outputs[i], binding)) { return (binding.Outputs[k], binding.Outputs[i]); }
            }
        }
        return (null, null);
    }

    private bool Fit(OutputTensor x, OutputTensor y, Binding binding) =>
        x.Integers.IsEmpty && y.Integers.IsEmpty && SimccPair.Fits(x.Shape, y.Shape, binding.Width, binding.Height)
        && (descriptor.Decode.SimccRatio is not { } ratio || x.Shape[2] == (int)MathF.Round(binding.Width * ratio));
}
