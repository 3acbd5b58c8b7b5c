using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.EndToEnd;

/// <summary>
/// mmdeploy's end-to-end form: <c>dets</c> [1, N, 5] (x1, y1, x2, y2, score) and integer <c>labels</c> [1, N]. N changes from frame to
/// frame; unused rows are zeros with label -1. Without a labels output every row is a person. Suppression is in the graph.
/// </summary>
internal sealed class EndToEndDecoder(ModelDescriptor descriptor) : IDetectorDecoder
{
    public NmsRule Nms => NmsRule.None;

    public void Decode(Binding binding, float threshold, List<Detection> people)
    {
        var dets = OutputShapes.Named(descriptor, binding, 0) ?? OutputShapes.WithLast(binding, 3, 5);
        if (dets is null || dets.Shape.Length != 3 || dets.Shape[2] != 5)
        {
            throw OutputShapes.Mismatch(descriptor, binding, "dets [1,N,5] and int labels [1,N]");
        }
        var labels = Labels(binding, dets);
        var values = dets.Values;
        var classes = labels is null ? [] : labels.Integers;
        for (int i = 0, at = 0; i < dets.Shape[1]; i++, at += 5)
        {
            if (labels is not null && (i >= classes.Length || classes[i] != descriptor.Decode.PersonClass)) { continue; }
            if (!(values[at + 4] >= threshold)) { continue; }
            people.Add(new Detection(new Box(values[at], values[at + 1], values[at + 2], values[at + 3]), values[at + 4]));
        }
    }

    private OutputTensor? Labels(Binding binding, OutputTensor dets)
    {
        var named = OutputShapes.Named(descriptor, binding, 1);
        for (var i = 0; named is null && i < binding.Outputs.Count; i++)
        {
            var output = binding.Outputs[i];
            if (!ReferenceEquals(output, dets) && output.Shape.Length == 2 && output.Values.IsEmpty) { named = output; }
        }
        return named;
    }
}
