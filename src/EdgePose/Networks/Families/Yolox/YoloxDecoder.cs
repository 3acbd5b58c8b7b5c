using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Yolox;

/// <summary>
/// YOLOX rows [1, A, 5 + classes]: x, y, w, h undecoded, objectness and classes after sigmoid; the cells of stride 8, then 16, then 32
/// (then 64), each row-major. Cell corners are integers, without a half cell (Megvii-BaseDetection/YOLOX:yolox/utils/demo_utils.py).
/// </summary>
internal sealed class YoloxDecoder(ModelDescriptor descriptor) : IDetectorDecoder
{
    public NmsRule Nms => NmsRule.PlusOnePixel;

    public void Decode(Binding binding, float threshold, List<Detection> people)
    {
        var output = OutputShapes.Named(descriptor, binding, 0) ?? (binding.Outputs.Count > 0 ? binding.Outputs[0] : null);
        var lastStride = output is null ? 0 : LastStride(binding, output);
        if (output is null || lastStride == 0)
        {
            throw OutputShapes.Mismatch(descriptor, binding,
                $"one output [1,A,5+classes] with a row for each cell of a {binding.Width}x{binding.Height} input");
        }
        var values = output.Values;
        var (row, person) = (output.Shape[2], 5 + descriptor.Decode.PersonClass);
        for (int stride = 8, at = 0; stride <= lastStride; stride *= 2)
        {
            var (columns, rows) = (binding.Width / stride, binding.Height / stride);
            for (var cell = 0; cell < columns * rows; cell++, at += row)
            {
                var score = values[at + 4] * values[at + person];
                if (!(score >= threshold)) { continue; }
                var cx = (values[at] + cell % columns) * stride;
                var cy = (values[at + 1] + cell / columns) * stride;
                var (hw, hh) = (MathF.Exp(values[at + 2]) * stride * 0.5f, MathF.Exp(values[at + 3]) * stride * 0.5f);
                people.Add(new Detection(new Box(cx - hw, cy - hh, cx + hw, cy + hh), score));
            }
        }
    }

    /// <summary>Refuses boxes that are decoded already: their centres lie all over the input, while undecoded ones lie about their cells.</summary>
    /// <exception cref="UserError">They are.</exception>
    public void CheckValues(Binding binding)
    {
        const float FarFromTheCell = 8;
        Decode(binding, descriptor.Decode.ScoreThreshold, []);
        var output = OutputShapes.Named(descriptor, binding, 0) ?? binding.Outputs[0];
        var (sum, row) = (0.0, output.Shape[2]);
        for (var at = 0; at < output.Length; at += row) { sum += Math.Abs(output.Values[at]); }
        if (sum * row / output.Length > FarFromTheCell) { throw OutputShapes.Mismatch(descriptor, binding, "undecoded rows [1,A,5+classes]"); }
    }

    // 32, or 64 for the P6 models; 0 when the rows are not those of the input size.
    private int LastStride(Binding binding, OutputTensor output)
    {
        if (output.Shape.Length != 3 || output.Shape[2] <= 5 + descriptor.Decode.PersonClass || output.Values.IsEmpty) { return 0; }
        var cells = 0;
        for (var stride = 8; stride <= 64; stride *= 2)
        {
            cells += binding.Width / stride * (binding.Height / stride);
            if (stride >= 32 && cells == output.Shape[1]) { return stride; }
        }
        return 0;
    }
}
