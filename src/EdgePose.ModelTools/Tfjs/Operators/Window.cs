using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Tfjs.Reading;

namespace EdgePose.ModelTools.Tfjs.Operators;

/// <summary>Strides, dilations and padding of a sliding window, from TensorFlow's NHWC attributes to ONNX's spatial ones.</summary>
internal static class Window
{
    /// <summary>Height and width of an NHWC list attribute; 1, 1 where it is absent.</summary>
    public static (int Height, int Width) Spatial(TfjsNode node, string attribute)
    {
        if (node.Text("data_format", "NHWC") is var format && format != "NHWC")
        {
            throw node.Error($"data format '{format}' is not supported, only NHWC");
        }
        return node.Ints(attribute) switch
        {
            [] => (1, 1),
            [1, var height, var width, 1] when height > 0 && width > 0 => (height, width),
            var other => throw node.Error($"'{attribute}' [{string.Join(',', other)}] is not of the form [1,h,w,1]"),
        };
    }

    /// <summary><c>auto_pad</c> or <c>pads</c>. SAME stays symbolic, so that it also holds for sizes known only at run time.</summary>
    public static AttributeProto Padding(TfjsNode node) => node.Text("padding", "") switch
    {
        "SAME" => NodeAttribute.Text("auto_pad", "SAME_UPPER"),
        "VALID" => NodeAttribute.Text("auto_pad", "VALID"),
        // [n,n, top,bottom, left,right, c,c] → [top, left, bottom, right]
        "EXPLICIT" when node.Ints("explicit_paddings") is { Length: 8 } e && e.All(p => p >= 0) && e[0] + e[1] + e[6] + e[7] == 0 =>
            NodeAttribute.Ints("pads", e[2], e[4], e[3], e[5]),
        var other => throw node.Error($"padding '{other}' is not supported, or incomplete"),
    };
}
