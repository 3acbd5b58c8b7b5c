using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.CenterNet;

/// <summary>
/// CenterNet with its decoding in the graph: [1, N, 6] rows of x1, y1, x2, y2, score, class in input pixels. Peaks are suppressed per
/// class map only, so near-duplicates remain for the NMS (vladmandic/human:src/object/centernet.ts).
/// </summary>
internal sealed class CenterNetDecoder(ModelDescriptor descriptor) : IDetectorDecoder
{
    public NmsRule Nms => NmsRule.Iou;

    public void Decode(Binding binding, float threshold, List<Detection> people)
    {
        var output = OutputShapes.Named(descriptor, binding, 0) ?? OutputShapes.WithLast(binding, 3, 6);
        if (output is null || output.Shape.Length != 3 || output.Shape[2] != 6)
        {
            throw OutputShapes.Mismatch(descriptor, binding, "detections [1,N,6]");
        }
        var values = output.Values;
        for (var at = 0; at < values.Length; at += 6)
        {
            if (!(values[at + 4] >= threshold) || values[at + 5] != descriptor.Decode.PersonClass) { continue; }
            people.Add(new Detection(new Box(values[at], values[at + 1], values[at + 2], values[at + 3]), values[at + 4]));
        }
    }
}
