using EdgePose.Domain;
using EdgePose.ModelTools.Onnx;
using EdgePose.Networks.Runtime;
using EdgePose.Networks;
using Google.Protobuf;

namespace EdgePose.Tests.Networks.Runtime;

/// <summary>Real ONNX files of a few nodes with the interfaces of the families; -1 is a dimension known only at run time.</summary>
internal static class TinyModel
{
    public static readonly InferenceSettings Cpu = new() { Providers = ["cpu"], Threads = 1 };

    /// <summary>Opens a model; closes over the usual options.</summary>
    public static OrtSession Open(ModelDescriptor descriptor, byte[] model, int joints = 0, InferenceSettings? options = null) =>
        NetworkFactory.Open(descriptor, model, joints, options ?? Cpu);

    public static byte[] Bytes(Action<GraphBuilder> build)
    {
        var graph = new GraphBuilder("tiny");
        build(graph);
        return graph.Build("tests", "1").ToByteArray();
    }

    public static ModelDescriptor Describe(
        ModelKind kind, int width, int height, string skeleton = "", IReadOnlyList<string>? outputs = null, TensorLayout layout = TensorLayout.Nchw, bool int32 = false) => new()
        {
            Name = "tiny", Kind = kind, Path = "", File = "tiny.onnx", Sha256 = "", Decode = new ModelDecode(), Skeleton = skeleton, Outputs = outputs ?? [],
            Input = new ModelInput { Width = width, Height = height, Layout = layout, Colour = ColourOrder.Rgb, Resize = ResizeRule.Crop, Int32 = int32 },
        };

    /// <summary>Heat maps [n,joints,h/4,w/4]: channel k is (k + 1) times the red mean of its 4 x 4 pixels.</summary>
    public static byte[] Heatmap(int joints, long batch, long height, long width) => Bytes(g =>
    {
        var x = g.Input("image", ElementType.Float, [batch, 3, height, width]);
        g.Output("maps", Pooled(g, x, joints, 4), ElementType.Float, [batch, joints, height < 0 ? -1 : height / 4, width < 0 ? -1 : width / 4]);
    });

    /// <summary>As <see cref="Heatmap"/> for any batch by its input, with what an exporter did to the batch on the way to the output.</summary>
    public static byte[] HeatmapOfAnyBatch(int joints, int height, int width, Func<GraphBuilder, string, string> spoil) => Bytes(g =>
    {
        var x = g.Input("image", ElementType.Float, [-1, 3, height, width]);
        g.Output("maps", spoil(g, Pooled(g, x, joints, 4)), ElementType.Float, [-1, joints, height / 4, width / 4]);
    });

    /// <summary>The two stages of LitePose for any picture size.</summary>
    public static byte[] LitePose(int joints) => Bytes(g =>
    {
        var x = g.Input("image", ElementType.Float, [-1, 3, -1, -1]);
        g.Output("coarse", Pooled(g, x, 2 * joints, 4), ElementType.Float, [-1, 2 * joints, -1, -1]);
        g.Output("fine", Pooled(g, x, joints, 2), ElementType.Float, [-1, joints, -1, -1]);
    });

    /// <summary>As <see cref="LitePose"/> by its input, but whoever exported it baked one size into it.</summary>
    public static byte[] LitePoseOfOneSize(int joints, int side) => Bytes(g =>
    {
        var x = g.Input("image", ElementType.Float, [-1, 3, -1, -1]);
        g.Output("coarse", g.Node("Reshape", "baked4", [Pooled(g, x, 2 * joints, 4), g.Int64s("s4", 1, 2 * joints, side / 4, side / 4)]), ElementType.Float, [-1, 2 * joints, -1, -1]);
        g.Output("fine", g.Node("Reshape", "baked2", [Pooled(g, x, joints, 2), g.Int64s("s2", 1, joints, side / 2, side / 2)]), ElementType.Float, [-1, joints, -1, -1]);
    });

    /// <summary>As <see cref="LitePose"/>, and a person of one tag has its joints where the picture is brightest in red, green and blue, by turns.</summary>
    public static byte[] Person(int joints) => Bytes(g =>
    {
        var x = g.Input("image", ElementType.Float, [-1, 3, -1, -1]);
        g.Output("coarse", Pooled(g, x, 2 * joints, 4, k => k < joints ? (k % 3, 1) : (0, 0)), ElementType.Float, [-1, 2 * joints, -1, -1]);
        g.Output("fine", Pooled(g, x, joints, 2, k => (k % 3, 1)), ElementType.Float, [-1, joints, -1, -1]);
    });

    /// <summary>SimCC of a fixed size: ramps times the mean of the picture.</summary>
    public static byte[] Simcc(int joints, int height, int width) => Bytes(g =>
    {
        var x = g.Input("image", ElementType.Float, [1, 3, height, width]);
        var mean = g.Node("Reshape", "mean", [g.Node("ReduceMean", "m", [x]), g.Int64s("one", 1, 1, 1)]);
        Ramp("simcc_x", 2 * width);
        Ramp("simcc_y", 2 * height);

        void Ramp(string name, int bins)
        {
            var values = new float[joints * bins];
            for (var i = 0; i < values.Length; i++) { values[i] = i % bins; }
            g.Output(name, g.Node("Mul", name + "_v", [mean, g.Constant(name + "_c", TensorData.Floats([1, joints, bins], values))]), ElementType.Float, [1, joints, bins]);
        }
    });

    /// <summary>One detection per non-zero value of the picture: dets = (x, y, x, y, channel), label = picture.</summary>
    public static byte[] EndToEnd(int side) => Bytes(g =>
    {
        var x = g.Input("image", ElementType.Float, [1, 3, side, side]);
        var found = g.Node("NonZero", "found", [x]);
        var rows = g.Node("Transpose", "rows", [g.Node("Gather", "columns", [found, g.Int64s("order", 3, 2, 3, 2, 1)], NodeAttribute.Int("axis", 0))]);
        var dets = g.Node("Unsqueeze", "d", [g.Node("Cast", "f", [rows], NodeAttribute.Int("to", (long)ElementType.Float)), g.Int64s("front", 0)]);
        g.Output("dets", dets, ElementType.Float, [1, -1, 5]);
        g.Output("labels", g.Node("Gather", "l", [found, g.Int64s("zero", 0)], NodeAttribute.Int("axis", 0)), ElementType.Int64, [1, -1]);
    });

    /// <summary>MoveNet's interface: int32 NHWC in, [1,1,17,3] out, all of it the mean of the picture.</summary>
    public static byte[] MoveNet(int side, ElementType input = ElementType.Int32) => Bytes(g =>
    {
        var x = g.Input("image", input, [1, side, side, 3]);
        var mean = g.Node("ReduceMean", "m", [g.Node("Cast", "f", [x], NodeAttribute.Int("to", (long)ElementType.Float))]);
        var ones = new float[17 * 3];
        Array.Fill(ones, 1);
        g.Output("keypoints", g.Node("Mul", "k", [mean, g.Constant("ones", TensorData.Floats([1, 1, 17, 3], ones))]), ElementType.Float, [1, 1, 17, 3]);
    });

    /// <summary>Whatever <paramref name="node"/> makes of a [1,3,8,8] picture.</summary>
    public static byte[] Single(ElementType type, IReadOnlyList<long>? shape, Func<GraphBuilder, string, string> node) => Bytes(g =>
        g.Output("y", node(g, g.Input("image", ElementType.Float, [1, 3, 8, 8])), type, shape));

    private static string Pooled(GraphBuilder g, string x, int channels, int stride, Func<int, (int Colour, float Weight)>? weigh = null)
    {
        var pool = g.Node("AveragePool", $"pool{stride}", [x], NodeAttribute.Ints("kernel_shape", stride, stride), NodeAttribute.Ints("strides", stride, stride));
        var weights = new float[channels * 3];
        for (var k = 0; k < channels; k++)
        {
            var (colour, weight) = weigh?.Invoke(k) ?? (0, k + 1);
            weights[3 * k + colour] = weight;
        }
        return g.Node("Conv", $"conv{stride}", [pool, g.Constant($"w{stride}", TensorData.Floats([channels, 3, 1, 1], weights))]);
    }
}
