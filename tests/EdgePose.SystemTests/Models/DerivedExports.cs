using EdgePose.ModelTools.Onnx;
using EdgePose.TestSupport;
using Google.Protobuf;

namespace EdgePose.SystemTests.Models;

/// <summary>Real networks in the forms of other exporters: nodes are put before the first and behind the last one, the weights stay.</summary>
internal static class DerivedExports
{
    private const int Side = 416, Classes = 80;

    /// <summary>PP-TinyPose that normalises by itself and takes values of 0..1 or of 0..255.</summary>
    public static byte[] SelfNormalising(bool unit)
    {
        var model = OnnxModel.Load(Repo.Shared("models/pp-tinypose-128x96.onnx"));
        var graph = model.Graph;
        float[] mean = [123.675f, 116.28f, 103.53f], deviation = [58.395f, 57.12f, 57.375f];
        var input = graph.Input[0].Name;
        foreach (var node in graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++) { node.Input[i] = node.Input[i] == input ? "own.values" : node.Input[i]; }
        }
        var factors = deviation.Select(d => (unit ? 255 : 1) / d);
        graph.Initializer.Add(Named("own.factor", TensorData.Floats([1, 3, 1, 1], [.. factors])));
        graph.Initializer.Add(Named("own.offset", TensorData.Floats([1, 3, 1, 1], [.. mean.Zip(deviation, (m, d) => m / d)])));
        graph.Node.Insert(0, Node("Sub", ["own.scaled", "own.offset"], "own.values"));
        graph.Node.Insert(0, Node("Mul", [input, "own.factor"], "own.scaled"));
        return model.ToByteArray();
    }

    /// <summary>YOLOX-nano with its decoding in the graph, as this or that exporter writes detectors.</summary>
    /// <param name="form">objectness, classes, classes-first, parts, chosen, dets, or pose and pose-first with joints at fixed places of each box.</param>
    public static byte[] Yolox(string form)
    {
        var model = OnnxModel.Load(Repo.Shared("models/yolox-nano.onnx"));
        var graph = model.Graph;
        var rows = graph.Output[0].Name;
        graph.Output.Clear();
        var (grid, strides) = Cells();
        Constant("grid", TensorData.Floats([1, strides.Length, 2], grid));
        Constant("stride", TensorData.Floats([1, strides.Length, 1], strides));
        Constant("half", TensorData.Floats([], [0.5f]));
        // The file's operator set is 11, which has these numbers as attributes.
        var split = Node("Split", [rows], "xy", NodeAttribute.Int("axis", 2), NodeAttribute.Ints("split", 2, 2, 1, Classes));
        split.Output.AddRange(["wh", "obj", "cls"]);
        graph.Node.Add(split);
        Add("Add", ["xy", "grid"], "moved");
        Add("Mul", ["moved", "stride"], "centre");
        Add("Exp", ["wh"], "grown");
        Add("Mul", ["grown", "stride"], "size");
        Add("Mul", ["obj", "cls"], "scores");
        switch (form)
        {
            case "objectness": Join(["centre", "size", "obj", "cls"], "output0"); break;
            case "classes": Join(["centre", "size", "scores"], "output0"); break;
            case "classes-first":
                Join(["centre", "size", "scores"], "all");
                Add("Transpose", ["all"], "output0", NodeAttribute.Ints("perm", 0, 2, 1));
                break;
            case "pose" or "pose-first":
                Joints();
                Join(["centre", "size", "person_scores", "joints"], form == "pose" ? "output0" : "all");
                if (form == "pose-first") { Add("Transpose", ["all"], "output0", NodeAttribute.Ints("perm", 0, 2, 1)); }
                break;
            case "parts":
                Constant("side", TensorData.Floats([], [Side]));
                Add("Div", ["centre", "side"], "centre1");
                Add("Div", ["size", "side"], "size1");
                Join(["centre1", "size1", "scores"], "output0");
                break;
            default: Suppressed(form); break;
        }
        if (form is not "dets") { Output("output0", ElementType.Float); }
        return model.ToByteArray();

        void Joints()
        {
            var places = Enumerable.Range(0, 17).Select(k => k / 16f - 0.5f).ToArray();
            Constant("first", TensorData.Int64s([1], [0]));
            Constant("second", TensorData.Int64s([1], [1]));
            Constant("places", TensorData.Floats([1, 1, 17], places));
            Constant("sure", TensorData.Floats([1, 1, 17], [.. Enumerable.Repeat(0.8f, 17)]));
            Constant("nought", TensorData.Floats([], [0]));
            Add("Gather", ["scores", "first"], "person_scores", NodeAttribute.Int("axis", 2));
            foreach (var (axis, at) in (ReadOnlySpan<(string, string)>)[("x", "first"), ("y", "second")])
            {
                Add("Gather", ["centre", at], $"centre_{axis}", NodeAttribute.Int("axis", 2));
                Add("Gather", ["size", at], $"size_{axis}", NodeAttribute.Int("axis", 2));
                Add("Mul", [$"size_{axis}", "places"], $"shift_{axis}");
                Add("Add", [$"centre_{axis}", $"shift_{axis}"], $"joints_{axis}");
                Add("Unsqueeze", [$"joints_{axis}"], $"column_{axis}", NodeAttribute.Ints("axes", 3));
            }
            Add("Mul", ["joints_x", "nought"], "none_of_them");
            Add("Add", ["none_of_them", "sure"], "joint_scores");
            Add("Unsqueeze", ["joint_scores"], "column_s", NodeAttribute.Ints("axes", 3));
            Add("Concat", ["column_x", "column_y", "column_s"], "triples", NodeAttribute.Int("axis", 3));
            Constant("flat", TensorData.Int64s([3], [1, strides.Length, 51]));
            Add("Reshape", ["triples", "flat"], "joints");
        }

        void Suppressed(string last)
        {
            Add("Mul", ["size", "half"], "halves");
            Add("Sub", ["centre", "halves"], "low");
            Add("Add", ["centre", "halves"], "high");
            Join(["low", "high"], "boxes");
            Constant("person", TensorData.Int64s([1], [0]));
            Add("Gather", ["scores", "person"], "persons", NodeAttribute.Int("axis", 2));
            Add("Transpose", ["persons"], "by_class", NodeAttribute.Ints("perm", 0, 2, 1));
            Constant("most", TensorData.Int64s([1], [50]));
            Constant("iou", TensorData.Floats([1], [0.45f]));
            Constant("least", TensorData.Floats([1], [0.05f]));
            Add("NonMaxSuppression", ["boxes", "by_class", "most", "iou", "least"], "selected");
            Constant("column", TensorData.Int64s([], [2]));
            Add("Gather", ["selected", "column"], "row", NodeAttribute.Int("axis", 1));
            Add("Gather", ["boxes", "row"], "kept", NodeAttribute.Int("axis", 1));
            Add("Gather", ["persons", "row"], "kept_scores", NodeAttribute.Int("axis", 1));
            Constant("none", TensorData.Int64s([1], [0]));
            Add("Mul", ["row", "none"], "zeros");
            Add("Unsqueeze", ["zeros"], "labels", NodeAttribute.Ints("axes", 0));
            if (last == "dets")
            {
                Join(["kept", "kept_scores"], "dets");
                Output("dets", ElementType.Float);
                Output("labels", ElementType.Int64);
                return;
            }
            Add("Cast", ["labels"], "label_values", NodeAttribute.Int("to", (long)ElementType.Float));
            Add("Unsqueeze", ["label_values"], "label_column", NodeAttribute.Ints("axes", 2));
            Join(["kept", "kept_scores", "label_column"], "output0");
        }

        void Constant(string name, TensorProto tensor) => graph.Initializer.Add(Named(name, tensor));
        void Add(string op, string[] inputs, string output, params AttributeProto[] attributes) => graph.Node.Add(Node(op, inputs, output, attributes));
        void Join(string[] inputs, string output) => Add("Concat", inputs, output, NodeAttribute.Int("axis", 2));
        void Output(string name, ElementType type) =>
            graph.Output.Add(new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type } } });
    }

    private static (float[] Grid, float[] Strides) Cells()
    {
        var (grid, strides) = (new List<float>(), new List<float>());
        foreach (var stride in (int[])[8, 16, 32])
        {
            for (var cell = 0; cell < Side / stride * (Side / stride); cell++)
            {
                grid.AddRange([cell % (Side / stride), cell / (Side / stride)]);
                strides.Add(stride);
            }
        }
        return ([.. grid], [.. strides]);
    }

    private static TensorProto Named(string name, TensorProto tensor)
    {
        tensor.Name = name;
        return tensor;
    }

    private static NodeProto Node(string op, string[] inputs, string output, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = op, Name = output };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange(attributes);
        return node;
    }
}
