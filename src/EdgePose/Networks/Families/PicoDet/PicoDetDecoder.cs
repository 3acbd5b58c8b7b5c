using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.PicoDet;

/// <summary>PicoDet without its NMS: boxes [1, A, 4] in input pixels and probabilities [1, classes, A].</summary>
internal sealed class PicoDetDecoder(ModelDescriptor descriptor) : IDetectorDecoder
{
    public NmsRule Nms => NmsRule.Iou;

    public void Decode(Binding binding, float threshold, List<Detection> people)
    {
        var boxes = OutputShapes.Named(descriptor, binding, 0) ?? OutputShapes.WithLast(binding, 3, 4);
        var scores = OutputShapes.Named(descriptor, binding, 1)
            ?? (boxes is { Shape.Length: 3 } ? OutputShapes.WithLast(binding, 3, boxes.Shape[1]) : null);
        if (boxes is not { Shape.Length: 3 } || boxes.Shape[2] != 4 || scores is not { Shape.Length: 3 }
            || scores.Shape[2] != boxes.Shape[1] || scores.Shape[1] <= descriptor.Decode.PersonClass)
        {
            throw OutputShapes.Mismatch(descriptor, binding, "boxes [1,A,4] and scores [1,classes,A]");
        }
        var corners = boxes.Values;
        var count = boxes.Shape[1];
        var person = scores.Values.Slice(descriptor.Decode.PersonClass * count, count);
        for (int i = 0, at = 0; i < count; i++, at += 4)
        {
            if (!(person[i] >= threshold)) { continue; }
            people.Add(new Detection(new Box(corners[at], corners[at + 1], corners[at + 2], corners[at + 3]), person[i]));
        }
    }
}
