using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.LitePose;

/// <summary>
/// Writes the network of mit-han-lab/litepose:lib/models/pose_mobilenet.py as ONNX operators: Conv, ConvTranspose, Clip, Add and Relu,
/// batch norms folded, batch, height and width open.
/// </summary>
internal sealed class LitePoseGraph(LitePoseArchitecture architecture, StateDict state, GraphBuilder graph)
{
    /// <summary>Adds the network behind the normalised picture <paramref name="picture"/> [n,3,h,w].</summary>
    /// <returns>[n,2J,h/4,w/4] heat maps and tags, and [n,J,h/2,w/2] heat maps.</returns>
    public (string Coarse, string Fine) Write(string picture)
    {
        var a = architecture;
        var x = Relu6(Conv(picture, "first.0.0", "first.0.1", LitePoseArchitecture.StemChannels, 3, 3, stride: 2));
        x = Relu6(Conv(x, "first.1.0", "first.1.1", LitePoseArchitecture.StemChannels, 1, 3, groups: LitePoseArchitecture.StemChannels));
        x = Conv(x, "first.2", "first.3", a.InputChannels, LitePoseArchitecture.StemChannels, 1);
        var features = new List<(string Value, int Channels)> { (x, a.InputChannels) };
        for (var s = 0; s < a.Stages.Count; s++)
        {
            for (var b = 0; b < a.Stages[s].Blocks; b++) { x = Block(x, s, b, b == 0 ? features[^1].Channels : a.Stages[s].Channels); }
            features.Add((x, a.Stages[s].Channels));
        }
        var (refined, heads) = (features[^1], new string[2]);
        for (var i = 0; i < a.Deconv.Count; i++)
        {
            refined = (Fuse(refined, features[a.Deconv.Count - i], i), a.Deconv[i]);
            if (i > 0) { heads[i - 1] = Head(refined, features[a.Deconv.Count - 1 - i], i - 1); }
        }
        return (heads[0], heads[1]);
    }

    private string Block(string input, int s, int b, int channels)
    {
        var stage = architecture.Stages[s];
        var (name, expanded, stride) = ($"stage.{s}.{b}", LitePoseArchitecture.Expanded(channels), b == 0 ? stage.Stride : 1);
        var x = Relu6(Conv(input, $"{name}.inv.0", $"{name}.inv.1", expanded, channels, 1));
        x = Relu6(Conv(x, $"{name}.depth_conv.0", $"{name}.depth_conv.1", expanded, 1, LitePoseArchitecture.BlockKernel, stride, expanded));
        x = Conv(x, $"{name}.point_conv.0", $"{name}.point_conv.1", stage.Channels, expanded, 1);
        return stride == 1 && channels == stage.Channels ? graph.Node("Add", $"{name}.add", [x, input]) : x;
    }

    /// <summary>Both branches doubled in size and added; the batch norm behind the sum goes into both weights, its offset onto one.</summary>
    private string Fuse((string Value, int Channels) refined, (string Value, int Channels) raw, int i)
    {
        var norm = FoldedNorm.Read(state, $"deconv_bnrelu.{i}.0", architecture.Deconv[i]);
        var left = Transposed(refined, $"deconv_refined.{i}", i, norm, withBias: true);
        var right = Transposed(raw, $"deconv_raw.{i}", i, norm, withBias: false);
        return graph.Node("Relu", $"deconv.{i}.relu", [graph.Node("Add", $"deconv.{i}.add", [left, right])]);
    }

    private string Head((string Value, int Channels) refined, (string Value, int Channels) raw, int i)
    {
        var outputs = i == 0 ? 2 * architecture.Joints : architecture.Joints;
        return graph.Node("Add", $"final.{i}.add", [Separable(refined, $"final_refined.{i}", outputs), Separable(raw, $"final_raw.{i}", outputs)]);
    }

    private string Separable((string Value, int Channels) input, string name, int outputs)
    {
        var x = Conv(input.Value, $"{name}.conv.0", $"{name}.conv.1", input.Channels, 1, LitePoseArchitecture.HeadKernel, groups: input.Channels);
        var weights = state.Get($"{name}.conv.3.weight", outputs, input.Channels, 1, 1);
        return graph.Node("Conv", $"{name}.conv.3", [
            graph.Node("Relu", $"{name}.relu", [x]),
            graph.Constant($"{name}.conv.3.weight", TensorData.Floats([outputs, input.Channels, 1, 1], weights)),
        ], Attributes(1, 1, 1));
    }

    private string Conv(string input, string name, string norm, int outputs, int inputs, int kernel, int stride = 1, int groups = 1)
    {
        var folded = FoldedNorm.Read(state, norm, outputs);
        var weights = folded.ScaleFirstAxis(state.Get($"{name}.weight", outputs, inputs, kernel, kernel));
        return graph.Node("Conv", name, [
            input,
            graph.Constant($"{name}.weight", TensorData.Floats([outputs, inputs, kernel, kernel], weights)),
            graph.Constant($"{name}.bias", TensorData.Floats([outputs], folded.Bias)),
        ], Attributes(kernel, stride, groups));
    }

    private string Transposed((string Value, int Channels) input, string name, int i, FoldedNorm norm, bool withBias)
    {
        const int Kernel = LitePoseArchitecture.DeconvKernel;
        int[] dims = [input.Channels, architecture.Deconv[i], Kernel, Kernel];
        var weights = norm.ScaleSecondAxis(state.Get($"{name}.weight", dims), input.Channels);
        List<string> inputs = [input.Value, graph.Constant($"{name}.weight", TensorData.Floats(dims.Select(d => (long)d), weights))];
        if (withBias) { inputs.Add(graph.Constant($"{name}.bias", TensorData.Floats([architecture.Deconv[i]], norm.Bias))); }
        return graph.Node("ConvTranspose", name, [.. inputs],
            NodeAttribute.Ints("kernel_shape", Kernel, Kernel), NodeAttribute.Ints("pads", 1, 1, 1, 1), NodeAttribute.Ints("strides", 2, 2));
    }

    private string Relu6(string input) => graph.Node("Clip", $"{input}.relu6", [input, graph.Scalar("zero", 0), graph.Scalar("six", 6)]);

    private static AttributeProto[] Attributes(int kernel, int stride, int groups)
    {
        var pad = kernel / 2;
        return
        [
            NodeAttribute.Int("group", groups), NodeAttribute.Ints("kernel_shape", kernel, kernel),
            NodeAttribute.Ints("pads", pad, pad, pad, pad), NodeAttribute.Ints("strides", stride, stride),
        ];
    }
}
