using EdgePose.Domain;
using EdgePose.ModelTools.Onnx;
using EdgePose.Tests.Networks.Runtime;
using EdgePose.Workshop.Models;

namespace EdgePose.Tests.Workshop.Models;

/// <summary>Graphs of a few nodes with the interfaces of foreign exports; their answers are constants, or depend on the range of the values.</summary>
internal static class SmallExports
{
    public const int Side = 64;

    /// <summary>A red picture of twice the side, with one person in it.</summary>
    public static TrialPicture Picture { get; } = Red();

    /// <summary>The person in the input of the networks.</summary>
    private static readonly float[] Person = [15, 20, 25, 40];

    /// <summary>One output that is always <paramref name="values"/>.</summary>
    public static byte[] Constant(float[] values, params long[] shape) => TinyModel.Bytes(g =>
    {
        var x = g.Input("images", ElementType.Float, [1, 3, Side, Side]);
        g.Output("output0", Same(g, x, values, shape), ElementType.Float, shape);
    });

    /// <summary>As mmdeploy's end-to-end detectors; the person is seen when the values lie between two limits, and red is where it should be.</summary>
    public static byte[] EndToEnd(float least, float most, bool redFirst) => TinyModel.Bytes(g =>
    {
        var x = g.Input("input", ElementType.Float, [1, 3, Side, Side]);
        var channels = g.Nodes("Split", "channel", 3, [x], NodeAttribute.Int("axis", 1));
        var (low, high) = (Scalar(g, "ReduceMin", "low", x), Scalar(g, "ReduceMax", "high", x));
        var inside = g.Node("And", "inside", [g.Node("Greater", "above", [low, g.Scalar("least", least)]), g.Node("Less", "below", [high, g.Scalar("most", most)])]);
        var (red, blue) = (Scalar(g, "ReduceMean", "first", channels[0]), Scalar(g, "ReduceMean", "last", channels[2]));
        var right = g.Node("And", "right", [inside, g.Node("Greater", "order", redFirst ? [red, blue] : [blue, red])]);
        var wide = g.Node("And", "wide", [right, g.Node("Greater", "large", [high, g.Scalar("half", most / 2)])]);
        var seen = g.Node("Cast", "seen", [wide], NodeAttribute.Int("to", (long)ElementType.Float));
        g.Output("dets", g.Node("Mul", "dets_", [g.Constant("person", TensorData.Floats([1, 1, 5], [.. Person, 0.9f])),
            g.Node("Concat", "weights", [.. Enumerable.Repeat(g.Constant("one", TensorData.Floats([1], [1])), 4), g.Node("Reshape", "score", [seen, g.Int64s("vector", 1)])],
                NodeAttribute.Int("axis", 0))]), ElementType.Float, [1, 1, 5]);
        g.Output("labels", g.Node("Identity", "label", [g.Constant("zero", TensorData.Int64s([1, 1], [0]))]), ElementType.Int64, [1, 1]);
    });

    /// <summary>Heat maps of a form; the values mean nothing.</summary>
    public static byte[] Maps(params long[] shape) => TinyModel.Bytes(g =>
    {
        var x = g.Input("image", ElementType.Float, [1, 3, 256, 192]);
        g.Output("maps", Same(g, x, new float[shape.Aggregate(1L, (a, d) => a * d)], shape), ElementType.Float, shape);
    });

    /// <summary>Rows that have the form of YOLO's: a centre per cell, and then the same numbers in each row.</summary>
    public static float[] Rows(int rows, bool columnsFirst, params float[] rest)
    {
        var columns = 4 + rest.Length;
        var values = new float[rows * columns];
        for (var row = 0; row < rows; row++)
        {
            float[] numbers = [row % 8 * 8 + 4, row / 8 % 8 * 8 + 4, 10, 20, .. rest];
            for (var column = 0; column < columns; column++) { values[columnsFirst ? column * rows + row : row * columns + column] = numbers[column]; }
        }
        return values;
    }

    /// <summary>The value of <paramref name="values"/>, whatever the input is.</summary>
    public static string Same(GraphBuilder g, string x, float[] values, long[] shape)
    {
        var nothing = g.Node("Mul", "nothing", [Scalar(g, "ReduceMean", "mean", x), g.Scalar("none", 0)]);
        return g.Node("Add", "same", [g.Constant("values", TensorData.Floats(shape, values)), nothing]);
    }

    private static string Scalar(GraphBuilder g, string op, string name, string x) => g.Node(op, name, [x], NodeAttribute.Int("keepdims", 0));

    private static TrialPicture Red()
    {
        var frame = new Frame(2 * Side, 2 * Side) { Info = new FrameInfo("trial", 1, 0, 0, default) };
        for (var at = 0; at < frame.Pixels.Length; at += 3) { frame.Pixels[at] = 255; }
        return TrialPicture.Of("a red picture", frame, [new Detection(new Box(30, 40, 50, 80), 1)]);
    }
}
