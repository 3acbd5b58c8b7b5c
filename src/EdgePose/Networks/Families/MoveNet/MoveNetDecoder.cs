using EdgePose.Domain;
using EdgePose.Networks.Preprocessing;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.MoveNet;

/// <summary>
/// MoveNet single pose: [n, 1, 17, 3] rows of (y, x, score), y and x as parts of the crop. It always answers for one person, so
/// only the scores say whether a joint is there.
/// </summary>
internal sealed class MoveNetDecoder(ModelDescriptor descriptor) : IPoseDecoder
{
    public bool Udp => false;

    public void Decode(Binding binding, int item, in Placement crop, Span<Keypoint> points)
    {
        var output = OutputShapes.Named(descriptor, binding, 0) ?? OutputShapes.WithLast(binding, 4, 3);
        if (output is null || output.Shape[^1] != 3 || output.Length != binding.Batch * points.Length * 3 || output.Values.IsEmpty)
        {
            throw OutputShapes.Mismatch(descriptor, binding, $"[{binding.Batch},1,{points.Length},3]");
        }
        var values = output.Values.Slice(item * points.Length * 3, points.Length * 3);
        for (int k = 0, at = 0; k < points.Length; k++, at += 3)
        {
            var (y, x, score) = (values[at], values[at + 1], values[at + 2]);
            if (!float.IsFinite(x) || !float.IsFinite(y) || !float.IsFinite(score)) { points[k] = Keypoint.Missing; continue; }
            var (px, py) = crop.ToFrame((double)x * binding.Width, (double)y * binding.Height);
            points[k] = new Keypoint(px, py, score);
        }
    }
}
