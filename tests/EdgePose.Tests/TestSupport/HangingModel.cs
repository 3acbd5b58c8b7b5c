using EdgePose.ModelTools.Onnx;
using Google.Protobuf;

namespace EdgePose.TestSupport;

/// <summary>
/// A bottom-up network of a few nodes that counts in a loop for days as soon as the picture is not black: a real run that hangs, and one
/// that a start on a black picture does not reveal.
/// </summary>
internal static class HangingModel
{
    /// <summary>Outputs as LitePose has them, all zero: fine [n,joints,h/2,w/2] and coarse [n,2 joints,h/4,w/4].</summary>
    /// <param name="joints">Joints of the skeleton.</param>
    /// <param name="roundsPerLevel">Rounds of the loop for each level of brightness, 0..255; a round takes some microseconds.</param>
    public static byte[] LitePose(int joints, float roundsPerLevel = 1e12f)
    {
        var graph = new GraphBuilder("hanging");
        var x = graph.Input("image", ElementType.Float, [-1, 3, -1, -1]);
        // The picture arrives normalised; its range is that of a black picture only when it is black.
        var range = graph.Node("Sub", "range", [graph.Node("ReduceMax", "max", [x], NodeAttribute.Int("keepdims", 0)), graph.Node("ReduceMin", "min", [x], NodeAttribute.Int("keepdims", 0))]);
        var rounds = graph.Node("Cast", "rounds", [graph.Node("Mul", "scaled", [range, graph.Scalar("per_level", roundsPerLevel)])], NodeAttribute.Int("to", (long)ElementType.Int64));
        var always = graph.Constant("always", new TensorProto { DataType = (int)ElementType.Bool, RawData = ByteString.CopyFrom(1) });
        var loop = new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = Body() };
        var counted = graph.Node("Loop", "counted", [rounds, always, graph.Scalar("zero", 0)], loop);
        var nothing = graph.Node("Mul", "nothing", [counted, graph.Scalar("none", 0)]);
        graph.Output("coarse", graph.Node("Add", "coarse_sum", [Maps(graph, x, 2 * joints, 4), nothing]), ElementType.Float, [-1, 2 * joints, -1, -1]);
        graph.Output("fine", graph.Node("Add", "fine_sum", [Maps(graph, x, joints, 2), nothing]), ElementType.Float, [-1, joints, -1, -1]);
        return graph.Build("tests", "1").ToByteArray();
    }

    private static GraphProto Body()
    {
        var body = new GraphBuilder("body");
        body.Input("round", ElementType.Int64, []);
        var go = body.Input("go", ElementType.Bool, []);
        var sum = body.Input("sum", ElementType.Float, []);
        body.Output("go_on", body.Node("Identity", "same", [go]), ElementType.Bool, []);
        body.Output("new_sum", body.Node("Add", "added", [sum, body.Scalar("step", 1e-6f)]), ElementType.Float, []);
        return body.Build("tests", "1").Graph;
    }

    private static string Maps(GraphBuilder graph, string x, int channels, int stride)
    {
        var pool = graph.Node("AveragePool", $"pool{stride}", [x], NodeAttribute.Ints("kernel_shape", stride, stride), NodeAttribute.Ints("strides", stride, stride));
        return graph.Node("Conv", $"conv{stride}", [pool, graph.Constant($"w{stride}", TensorData.Floats([channels, 3, 1, 1], new float[3 * channels]))]);
    }
}
