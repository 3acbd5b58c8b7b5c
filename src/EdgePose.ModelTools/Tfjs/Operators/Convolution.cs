using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>
/// Convolutions and pooling: between the transposes of the layout everything is NCHW. Filters are HWIO (dense), HWCM (depth-wise, M outputs
/// for each of C channels) or HWOI (transposed) and become OIHW, [C·M,1,H,W] and IOHW.
/// </summary>
internal static class Convolution
{
    public static void Register(Dictionary<string, Converter> table)
    {
        table["Conv2D"] = table["_FusedConv2D"] = Dense;
        table["DepthwiseConv2dNative"] = table["FusedDepthwiseConv2dNative"] = DepthWise;
        table["Conv2DBackpropInput"] = Transposed;
        table["MaxPool"] = (node, c) => Pool(node, c, "MaxPool");
        table["AvgPool"] = (node, c) => Pool(node, c, "AveragePool");
    }

    private static void Dense(TfjsNode node, Conversion c)
    {
        var filter = c.ConstantFloats(node, 1, 4, "filter");
        var (h, w, input, output) = (filter.Dims[0], filter.Dims[1], filter.Dims[2], filter.Dims[3]);
        var weights = c.Form(filter, "oihw", () => TensorData.Floats([output, input, h, w], filter.Transposed(3, 2, 0, 1)));
        Convolve(node, c, weights, output, h, w, groups: 1);
    }

    private static void DepthWise(TfjsNode node, Conversion c)
    {
        var filter = c.ConstantFloats(node, 1, 4, "filter");
        var (h, w, channels, multiplier) = (filter.Dims[0], filter.Dims[1], filter.Dims[2], filter.Dims[3]);
        var weights = c.Form(filter, "depthwise",
            () => TensorData.Floats([channels * multiplier, 1, h, w], filter.Transposed(2, 3, 0, 1)));
        Convolve(node, c, weights, channels * multiplier, h, w, channels);
    }

    private static void Convolve(TfjsNode node, Conversion c, string weights, long outputs, long height, long width, long groups)
    {
        if (outputs <= 0 || height <= 0 || width <= 0 || groups <= 0) { throw node.Error("its filter is empty"); }
        var strides = Window.Spatial(node, "strides");
        var dilations = Window.Spatial(node, "dilations");
        var fused = node.Texts("fused_ops");
        var hasBias = fused is ["BiasAdd", ..];
        string[] inputs = hasBias
            ? [c.ChannelsFirst(c.Value(node, 0)), weights, Bias(node, c, outputs)]
            : [c.ChannelsFirst(c.Value(node, 0)), weights];
        var result = c.Graph.Node("Conv", $"{node.Name}/conv", inputs,
            NodeAttribute.Ints("kernel_shape", height, width),
            NodeAttribute.Ints("strides", strides.Height, strides.Width),
            NodeAttribute.Ints("dilations", dilations.Height, dilations.Width),
            NodeAttribute.Int("group", groups),
            Window.Padding(node));
        foreach (var activation in fused.Skip(hasBias ? 1 : 0))
        {
            result = Activation.Fused(node, c, activation, result, channelsFirst: true);
        }
        c.BindChannelsLast(node, result);
    }

    private static string Bias(TfjsNode node, Conversion c, long outputs)
    {
        var bias = c.ConstantFloats(node, 2, 1, "bias");
        return bias.Count == outputs ? c.Value(node, 2) : throw node.Error($"its bias has {bias.Count} values, {outputs} are needed");
    }

    /// <summary>
    /// Inputs: output size, filter, value. ONNX Runtime and the ONNX text have differed on where the odd pixel of SAME goes in a transposed
    /// convolution, so the pads are computed: TensorFlow pads as the forward convolution would, with the odd pixel at the end.
    /// </summary>
    private static void Transposed(TfjsNode node, Conversion c)
    {
        var filter = c.ConstantFloats(node, 1, 4, "filter");
        var (h, w, output, input) = (filter.Dims[0], filter.Dims[1], filter.Dims[2], filter.Dims[3]);
        var weights = c.Form(filter, "iohw", () => TensorData.Floats([input, output, h, w], filter.Transposed(3, 2, 0, 1)));
        var strides = Window.Spatial(node, "strides");
        if (Window.Spatial(node, "dilations") != (1, 1)) { throw node.Error("a dilated transposed convolution is not supported"); }
        var size = c.TryConstant(node, 0) is null ? null : c.ConstantInts(node, 0, "output size");
        if (size is not null && (size.Length != 4 || size.Any(s => s <= 0))) { throw node.Error("its output size is not [n,h,w,c]"); }
        var same = node.Text("padding", "") switch
        {
            "SAME" => true,
            "VALID" => false,
            var other => throw node.Error($"padding '{other}' is not supported"),
        };
        var vertical = TransposedPads(size?[1], strides.Height, h, same);
        var horizontal = TransposedPads(size?[2], strides.Width, w, same);
        var result = c.Graph.Node("ConvTranspose", $"{node.Name}/conv", [c.ChannelsFirst(c.Value(node, 2)), weights],
            NodeAttribute.Ints("kernel_shape", h, w),
            NodeAttribute.Ints("strides", strides.Height, strides.Width),
            NodeAttribute.Ints("pads", vertical.Begin, horizontal.Begin, vertical.End, horizontal.End),
            NodeAttribute.Ints("output_padding", vertical.Extra, horizontal.Extra));
        c.BindChannelsLast(node, result);
    }

    /// <summary>Without a known output size, SAME is taken as input × stride and VALID as (input − 1) × stride + kernel.</summary>
    private static (long Begin, long End, long Extra) TransposedPads(long? output, long stride, long kernel, bool same)
    {
        if (!same) { return (0, 0, output is { } size ? (size - kernel) % stride : 0); }
        var total = output is { } known ? ((((known + stride - 1) / stride) - 1) * stride) + kernel - known : kernel - stride;
        return total >= 0 ? (total / 2, total - (total / 2), 0) : (0, 0, -total);
    }

    private static void Pool(TfjsNode node, Conversion c, string op)
    {
        var kernel = Window.Spatial(node, "ksize");
        var strides = Window.Spatial(node, "strides");
        c.BindChannelsLast(node, c.Graph.Node(op, $"{node.Name}/pool", [c.ChannelsFirst(c.Value(node, 0))],
            NodeAttribute.Ints("kernel_shape", kernel.Height, kernel.Width),
            NodeAttribute.Ints("strides", strides.Height, strides.Width),
            Window.Padding(node)));
    }
}
