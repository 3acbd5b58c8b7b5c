using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.ModelTools.Quantization.Settings;
using EdgePose.Workshop.Quantization;
using Google.Protobuf;
using Xunit;

namespace EdgePose.Tests.ModelTools.Quantization;

/// <summary>Networks of a few nodes with seeded weights, and ways to run them.</summary>
internal sealed class SmallNetwork
{
    public static readonly GraphRunner Runner = new();
    private readonly Random _random;

    private SmallNetwork(int seed, int opset) => (_random, Graph) = (new Random(seed), new GraphBuilder("small", opset));

    public GraphBuilder Graph { get; }

    /// <summary>Builds a model; the picture is called <c>image</c>.</summary>
    public static ModelProto Build(long[] input, Func<SmallNetwork, string, string> body, int opset = 13, int seed = 1) =>
        Build(input, (n, x) => [("y", body(n, x))], opset, seed);

    /// <summary>Builds a model with several outputs.</summary>
    public static ModelProto Build(long[] input, Func<SmallNetwork, string, IReadOnlyList<(string Name, string Value)>> body, int opset = 13, int seed = 1)
    {
        var network = new SmallNetwork(seed, opset);
        var outputs = body(network, network.Graph.Input("image", ElementType.Float, input));
        foreach (var (name, value) in outputs) { network.Graph.Output(name, value, ElementType.Float, null); }
        return network.Graph.Build("tests", "1");
    }

    public float[] Values(int count, float scale = 1)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++) { values[i] = (float)((_random.NextDouble() * 2) - 1) * scale; }
        return values;
    }

    public string Constant(string stem, params long[] dims) => Graph.Constant(stem, TensorData.Floats(dims, Values((int)ElementTypes.Count(dims))));

    /// <summary>A convolution with bias; padding keeps the size at stride 1.</summary>
    public string Conv(string input, string name, int inputs, int outputs, int kernel, int stride = 1, int groups = 1, bool bias = true, float scale = 0)
    {
        var weights = Values(outputs * inputs / groups * kernel * kernel, scale > 0 ? scale : 1.5f / MathF.Sqrt(inputs / groups * kernel * kernel));
        List<string> inputNames = [input, Graph.Constant($"{name}.weight", TensorData.Floats([outputs, inputs / groups, kernel, kernel], weights))];
        if (bias) { inputNames.Add(Graph.Constant($"{name}.bias", TensorData.Floats([outputs], Values(outputs, 0.3f)))); }
        var pad = kernel / 2;
        return Graph.Node("Conv", name, [.. inputNames], NodeAttribute.Int("group", groups), NodeAttribute.Ints("kernel_shape", kernel, kernel),
            NodeAttribute.Ints("pads", pad, pad, pad, pad), NodeAttribute.Ints("strides", stride, stride));
    }

    public string Transposed(string input, string name, int inputs, int outputs, int kernel, int stride, int pad, bool bias = true, params AttributeProto[] more)
    {
        List<string> inputNames = [input, Graph.Constant($"{name}.weight", TensorData.Floats([inputs, outputs, kernel, kernel], Values(inputs * outputs * kernel * kernel, 0.3f)))];
        if (bias) { inputNames.Add(Graph.Constant($"{name}.bias", TensorData.Floats([outputs], Values(outputs)))); }
        return Graph.Node("ConvTranspose", name, [.. inputNames],
            [NodeAttribute.Ints("kernel_shape", kernel, kernel), NodeAttribute.Ints("strides", stride, stride), NodeAttribute.Ints("pads", pad, pad, pad, pad), .. more]);
    }

    public string Relu6(string input) => Graph.Node("Clip", $"{input}.relu6", [input, Graph.Scalar("zero", 0), Graph.Scalar("six", 6)]);

    public string Norm(string input, int channels)
    {
        var variance = Graph.Constant($"{input}.var", TensorData.Floats([channels], [.. Values(channels).Select(v => (v * v) + 0.1f)]));
        return Graph.Node("BatchNormalization", $"{input}.bn", [input, Constant($"{input}.gamma", channels), Constant($"{input}.beta", channels), Constant($"{input}.mean", channels), variance]);
    }

    /// <summary>Random pictures; values −2 … 2.</summary>
    public static IReadOnlyList<GraphInput> Pictures(int count, params long[] shape)
    {
        var random = new Random(23);
        return [.. Enumerable.Range(0, count).Select(_ => new GraphInput(shape,
            Enumerable.Range(0, (int)ElementTypes.Count(shape)).Select(_ => (float)((random.NextDouble() * 4) - 2)).ToArray()))];
    }

    /// <summary>All outputs of a model for a picture.</summary>
    public static Dictionary<string, (long[] Shape, float[] Values)> Run(byte[] model, GraphInput picture)
    {
        var outputs = new Dictionary<string, (long[], float[])>(StringComparer.Ordinal);
        using var session = Runner.Open(model, "test", optimize: true, threads: 1);
        session.Run(picture, [], (name, shape, values) => outputs[name] = (shape.ToArray(), values.ToArray()));
        return outputs;
    }

    /// <summary>Asserts that two models give the same outputs up to rounding.</summary>
    public static void AssertSame(ModelProto expected, ModelProto actual, params GraphInput[] pictures)
    {
        GraphChecker.Check(actual, "test");
        foreach (var picture in pictures)
        {
            var (a, b) = (Run(expected.ToByteArray(), picture), Run(actual.ToByteArray(), picture));
            Assert.Equal(a.Keys.Order(), b.Keys.Order());
            foreach (var (name, (shape, values)) in a)
            {
                Assert.Equal(shape, b[name].Shape);
                var largest = Math.Max(1e-3f, values.Max(Math.Abs));
                for (var i = 0; i < values.Length; i++) { Assert.Equal(values[i], b[name].Values[i], 2e-5f * largest); }
            }
        }
    }

    /// <summary>A quantizer over the model, calibrated.</summary>
    public static Quantizer Open(ModelProto model, QuantizationSettings settings, IReadOnlyList<GraphInput> pictures)
    {
        var quantizer = Quantizer.Open(model.ToByteArray(), "small.onnx", settings, Runner, pictures[0]);
        quantizer.Calibrate(pictures, null, CancellationToken.None);
        return quantizer;
    }

    /// <summary>Quantizes and parses the result.</summary>
    public static (GraphProto Graph, QuantizedModel Result) Quantize(ModelProto model, QuantizationSettings settings, IReadOnlyList<GraphInput> pictures)
    {
        var result = Open(model, settings, pictures).Write();
        return (OnnxModel.Parse(result.Model, "quantized").Graph, result);
    }

    /// <summary>The view of a parsed graph.</summary>
    public static GraphView View(GraphProto graph) => new(graph);
}
