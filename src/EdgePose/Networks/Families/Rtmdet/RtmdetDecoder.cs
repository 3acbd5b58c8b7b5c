using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Rtmdet;

/// <summary>
/// RTMDet's raw heads: for each stride class logits [1, classes, s, s] and distances [1, 4, s, s] (left, top, right, bottom), or one
/// NHWC map [1, s, s, 5] (score, left, top, right, bottom). Points are (x, y) * stride without a half cell, and the distances of
/// these exports are pixels already, not multiples of the stride.
/// </summary>
internal sealed class RtmdetDecoder(ModelDescriptor descriptor) : IDetectorDecoder
{
    public NmsRule Nms => NmsRule.Iou;

    public void Decode(Binding binding, float threshold, List<Detection> people)
    {
        if (HasNhwc(binding)) { DecodeNhwc(binding, threshold, people); }
        else { DecodeMaps(binding, threshold, people); }
    }

    private void DecodeMaps(Binding binding, float threshold, List<Detection> people)
    {
        var pairs = 0;
        for (var i = 0; i < binding.Outputs.Count; i++)
        {
            if (Classes(binding, i) is not { } logits || Distances(binding, i, logits) is not { } distances) { continue; }
            pairs++;
            var (rows, columns) = (logits.Shape[2], logits.Shape[3]);
            var (stride, cells) = ((float)binding.Width / columns, rows * columns);
            var scores = logits.Values.Slice(descriptor.Decode.PersonClass * cells, cells);
            var d = distances.Values;
            var limit = Logit(threshold);
            for (var cell = 0; cell < cells; cell++)
            {
                if (!(scores[cell] >= limit)) { continue; }
                Add(people, cell % columns * stride, cell / columns * stride,
                    d[cell], d[cells + cell], d[2 * cells + cell], d[3 * cells + cell], Sigmoid(scores[cell]));
            }
        }
        if (pairs == 0) { throw Mismatch(binding); }
    }

    // Whether such an export ends in a sigmoid is not written anywhere: values outside 0..1 tell.
    private static void DecodeNhwc(Binding binding, float threshold, List<Detection> people)
    {
        var logits = false;
        for (var i = 0; i < binding.Outputs.Count && !logits; i++)
        {
            if (!IsNhwc(binding, binding.Outputs[i])) { continue; }
            var values = binding.Outputs[i].Values;
            for (var at = 0; at < values.Length && !logits; at += 5) { logits = values[at] is < 0 or > 1; }
        }
        var limit = logits ? Logit(threshold) : threshold;
        for (var i = 0; i < binding.Outputs.Count; i++)
        {
            var output = binding.Outputs[i];
            if (!IsNhwc(binding, output)) { continue; }
            var values = output.Values;
            var columns = output.Shape[2];
            var stride = (float)binding.Width / columns;
            for (int cell = 0, at = 0; at < values.Length; cell++, at += 5)
            {
                if (!(values[at] >= limit)) { continue; }
                Add(people, cell % columns * stride, cell / columns * stride,
                    values[at + 1], values[at + 2], values[at + 3], values[at + 4], logits ? Sigmoid(values[at]) : values[at]);
            }
        }
    }

    private static bool HasNhwc(Binding binding)
    {
        for (var i = 0; i < binding.Outputs.Count; i++)
        {
            if (IsNhwc(binding, binding.Outputs[i])) { return true; }
        }
        return false;
    }

    // A map of 4 channels and 5 columns also ends in 5, but its axes do not have the input's aspect ratio.
    private static bool IsNhwc(Binding binding, OutputTensor output) => output.Shape.Length == 4 && output.Shape[3] == 5
        && (long)output.Shape[1] * binding.Width == (long)output.Shape[2] * binding.Height;

    // With names in the descriptor: the class maps first, then the distance maps in the same order of strides.
    private OutputTensor? Classes(Binding binding, int i)
    {
        if (descriptor.Outputs.Count > 0)
        {
            return i < descriptor.Outputs.Count / 2 ? Checked(binding, OutputShapes.Named(descriptor, binding, i), 0) : null;
        }
        var output = binding.Outputs[i];
        return output.Shape.Length == 4 && output.Shape[1] != 4 && output.Shape[1] > descriptor.Decode.PersonClass ? output : null;
    }

    private OutputTensor? Distances(Binding binding, int i, OutputTensor logits)
    {
        if (descriptor.Outputs.Count > 0)
        {
            return Checked(binding, OutputShapes.Named(descriptor, binding, i + descriptor.Outputs.Count / 2), logits.Shape[3]);
        }
        for (var k = 0; k < binding.Outputs.Count; k++)
        {
            var shape = binding.Outputs[k].Shape;
            if (shape.Length == 4 && shape[1] == 4 && shape[2] == logits.Shape[2] && shape[3] == logits.Shape[3]) { return binding.Outputs[k]; }
        }
        throw Mismatch(binding);
    }

    private OutputTensor Checked(Binding binding, OutputTensor? output, int columns)
    {
        var fits = output is { Shape.Length: 4 } && (columns == 0
            ? output.Shape[1] > descriptor.Decode.PersonClass
            : output.Shape[1] == 4 && output.Shape[3] == columns);
        return fits ? output! : throw Mismatch(binding);
    }

    private UserError Mismatch(Binding binding) =>
        OutputShapes.Mismatch(descriptor, binding, "pairs of [1,classes,s,s] and [1,4,s,s], or maps [1,s,s,5]");

    private static void Add(List<Detection> people, float x, float y, float left, float top, float right, float bottom, float score) =>
        people.Add(new Detection(new Box(x - left, y - top, x + right, y + bottom), score));

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    private static float Logit(float p) => p <= 0 ? float.NegativeInfinity : p >= 1 ? float.PositiveInfinity : MathF.Log(p / (1 - p));
}
