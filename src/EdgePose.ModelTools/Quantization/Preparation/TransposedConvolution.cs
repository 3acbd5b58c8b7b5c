using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Preparation;

/// <summary>
/// Writes transposed convolutions as ordinary ones, which the CPU has integer kernels for. With stride s, a block of s x s outputs sees the
/// same ceil(k/s) x ceil(k/s) inputs, so one convolution with s² times the channels computes all blocks, and a transposition interleaves
/// them ("sub-pixel convolution", Shi et al., arXiv:1609.07009). The same multiplications, in another order. The sum of two transposed
/// convolutions becomes one over both inputs. Written in NHWC order, in which ONNX Runtime keeps quantized tensors, so that a block moves
/// as one piece.
/// </summary>
internal static class TransposedConvolution
{
    public static void Apply(GraphProto graph)
    {
        foreach (var node in graph.Node.Where(n => n.Is("ConvTranspose")).ToList())
        {
            var view = new GraphView(graph);
            if (!graph.Node.Contains(node) || Geometry.Read(view, node) is not { } geometry) { continue; }
            var sum = view.OnlyConsumer(node.Output[0]) is { } add && add.Is("Add") && Partner(view, add, node) is { } partner
                && Geometry.Read(view, partner)?.Fits(geometry) == true ? (Add: add, Partner: partner) : default;
            List<NodeProto> parts = sum.Partner is null ? [node] : [.. sum.Add.Input.Select(i => view.Producer(i)!)];
            var last = sum.Add ?? node;
            Write(graph, view, parts, last, geometry);
            foreach (var part in parts) { graph.Node.Remove(part); }
            if (sum.Add is not null) { graph.Node.Remove(sum.Add); }
        }
        GraphEdit.RemoveDead(graph);
    }

    private static NodeProto? Partner(GraphView view, NodeProto add, NodeProto node)
    {
        var other = add.Input[0] == node.Output[0] ? add.Input[1] : add.Input[0];
        return view.Producer(other) is { } partner && partner != node && partner.Is("ConvTranspose") && view.OnlyConsumer(other) == add ? partner : null;
    }

    private static void Write(GraphProto graph, GraphView view, List<NodeProto> parts, NodeProto last, Geometry g)
    {
        var (name, nodes) = (last.Name, new List<NodeProto>());
        string Constant(string stem, params long[] values) => graph.AddConstant($"{name}:{stem}", TensorData.Int64s([values.Length], values));
        string Add(string op, string stem, IEnumerable<string> inputs, params AttributeProto[] attributes)
        {
            var node = new NodeProto { OpType = op, Name = $"{name}:{stem}", Output = { graph.FreeName($"{name}:{stem}") } };
            node.Input.AddRange(inputs);
            node.Attribute.AddRange(attributes);
            nodes.Add(node);
            return node.Output[0];
        }

        var input = parts.Count == 1 ? parts[0].Input[0] : Add("Concat", "inputs", parts.Select(p => p.Input[0]), NodeAttribute.Int("axis", 1));
        var weights = graph.AddConstant($"{name}:weight", g.Weights([.. parts.Select(p => view.FloatConstant(p, 1)!)]));
        var bias = g.Bias([.. parts.Select(p => view.FloatConstant(p, 2))]) is { } tensor ? graph.AddConstant($"{name}:bias", tensor) : "";
        var blocks = Add("Conv", "blocks", bias.Length > 0 ? [input, weights, bias] : [input, weights],
            NodeAttribute.Ints("kernel_shape", g.TapsY, g.TapsX), NodeAttribute.Ints("pads", g.TapsY - 1, g.TapsX - 1, g.EndY, g.EndX));
        // The activation is cheaper on the blocks, and the integer kernel does it for nothing there.
        var follower = view.OnlyConsumer(last.Output[0]) is { } next && (next.Is("Relu") || next.Is("Clip")) && next.Input[0] == last.Output[0] ? next : null;
        if (follower is not null) { blocks = Add(follower.OpType, "activation", [blocks, .. follower.Input.Skip(1)]); }
        var channelsLast = Add("Transpose", "nhwc", [blocks], NodeAttribute.Ints("perm", 0, 2, 3, 1));
        var rows = Add("Reshape", "split", [channelsLast, Constant("split_shape", 0, 0, 0, g.Stride, g.Stride * g.Channels)]);
        var mixed = Add("Transpose", "interleave", [rows], NodeAttribute.Ints("perm", 0, 1, 3, 2, 4));
        // Batch, height and width may all be open: the new shape comes from the input's.
        var shape = Add("Shape", "shape", [input]);
        var batch = Add("Gather", "batch", [shape, Constant("batch_axis", 0)]);
        var size = Add("Gather", "size", [shape, Constant("size_axes", 2, 3)]);
        var count = Add("Add", "block_count", [size, Constant("extra", g.ExtraY, g.ExtraX)]);
        var full = Add("Mul", "full_size", [count, Constant("stride", g.Stride, g.Stride)]);
        var target = Add("Concat", "target", [batch, full, Constant("channels", g.Channels)], NodeAttribute.Int("axis", 0));
        var image = Add("Reshape", "image", [mixed, target]);
        if (g.NeedsCrop)
        {
            image = Add("Slice", "crop", [image, Constant("crop_start", g.StartY, g.StartX), Constant("crop_end", g.StopY, g.StopX), Constant("crop_axes", 1, 2)]);
        }
        Add("Transpose", "nchw", [image], NodeAttribute.Ints("perm", 0, 3, 1, 2));
        nodes[^1].Output[0] = (follower ?? last).Output[0];
        var at = graph.Node.IndexOf(last);
        if (follower is not null) { graph.Node.Remove(follower); }
        for (var i = 0; i < nodes.Count; i++) { graph.Node.Insert(at + i, nodes[i]); }
    }

    /// <summary>A transposed convolution as blocks.</summary>
    private sealed record Geometry(int Channels, int Stride, int KernelY, int KernelX, int PadY, int PadX, int OutPadY, int OutPadX, int PadEndY, int PadEndX)
    {
        /// <summary>Inputs that a block sees in each direction.</summary>
        public int TapsY => (KernelY + Stride - 1) / Stride;
        public int TapsX => (KernelX + Stride - 1) / Stride;

        /// <summary>Blocks beyond one for each input.</summary>
        public int ExtraY => Extra(KernelY, PadY, PadEndY, OutPadY);
        public int ExtraX => Extra(KernelX, PadX, PadEndX, OutPadX);

        /// <summary>Padding at the end of the convolution that makes so many blocks.</summary>
        public int EndY => ExtraY;
        public int EndX => ExtraX;

        public int StartY => PadY;
        public int StartX => PadX;

        /// <summary>Where the crop ends, counted from the end; far beyond it when nothing is cut.</summary>
        public long StopY => Stop(KernelY, PadY, PadEndY, OutPadY, ExtraY);
        public long StopX => Stop(KernelX, PadX, PadEndX, OutPadX, ExtraX);

        public bool NeedsCrop => StartY > 0 || StartX > 0 || StopY < 0 || StopX < 0;

        public static Geometry? Read(GraphView view, NodeProto node)
        {
            if (view.FloatConstant(node, 1) is not { Dims.Count: 4 } weight || (node.InputOrNone(2).Length > 0 && view.FloatConstant(node, 2) is null)) { return null; }
            var (strides, pads, extra) = (node.Ints("strides", 1, 1), node.Ints("pads", 0, 0, 0, 0), node.Ints("output_padding", 0, 0));
            var plain = node.Int("group", 1) == 1 && node.Ints("dilations", 1, 1).All(d => d == 1) && node.Find("output_shape") is null
                && node.Text("auto_pad", "NOTSET") == "NOTSET" && strides[0] == strides[1] && strides[0] > 1;
            if (!plain) { return null; }
            var g = new Geometry((int)weight.Dims[1], (int)strides[0], (int)weight.Dims[2], (int)weight.Dims[3], (int)pads[0], (int)pads[1],
                (int)extra[0], (int)extra[1], (int)pads[2], (int)pads[3]);
            return g.ExtraY >= 0 && g.ExtraX >= 0 ? g : null;
        }

        public bool Fits(Geometry other) => this == other;

        /// <summary>[s·s·C, Cin of all parts, taps, taps]: block row, block column, channel.</summary>
        public TensorProto Weights(IReadOnlyList<TensorProto> parts)
        {
            var inputs = parts.Sum(p => (int)p.Dims[0]);
            var blocks = new float[Stride * Stride * Channels * inputs * TapsY * TapsX];
            var first = 0;
            foreach (var part in parts)
            {
                var source = TensorData.ToFloats(part);
                for (var i = 0; i < source.Length; i++)
                {
                    var (x, y, o, c) = (i % KernelX, i / KernelX % KernelY, i / KernelX / KernelY % Channels, i / KernelX / KernelY / Channels);
                    var block = (((y % Stride * Stride) + (x % Stride)) * Channels) + o;
                    // Tap j looks j inputs back; a convolution's kernel runs forward.
                    var (ty, tx) = (TapsY - 1 - (y / Stride), TapsX - 1 - (x / Stride));
                    blocks[(((((block * inputs) + first + c) * TapsY) + ty) * TapsX) + tx] = source[i];
                }
                first += (int)part.Dims[0];
            }
            return TensorData.Floats([Stride * Stride * Channels, inputs, TapsY, TapsX], blocks);
        }

        /// <summary>The parts' biases together, once for each place in a block; null when there is none.</summary>
        public TensorProto? Bias(IReadOnlyList<TensorProto?> parts)
        {
            if (parts.All(p => p is null)) { return null; }
            var sum = new float[Channels];
            foreach (var part in parts.OfType<TensorProto>())
            {
                var values = TensorData.ToFloats(part);
                for (var c = 0; c < Channels; c++) { sum[c] += values[c]; }
            }
            return TensorData.Floats([Stride * Stride * Channels], [.. Enumerable.Repeat(sum, Stride * Stride).SelectMany(b => b)]);
        }

        // Output o of n = (inputs − 1) s − pads + k + extra lies at o + pad in block coordinates.
        private int Extra(int kernel, int pad, int padEnd, int outPad) => CeilDiv(Length(kernel, pad, padEnd, outPad) + pad, Stride);

        private long Stop(int kernel, int pad, int padEnd, int outPad, int blocks)
        {
            var cut = (blocks * Stride) - pad - Length(kernel, pad, padEnd, outPad);
            return cut > 0 ? -cut : int.MaxValue;
        }

        /// <summary>Outputs beyond s for each input.</summary>
        private int Length(int kernel, int pad, int padEnd, int outPad) => kernel - Stride - pad - padEnd + outPad;

        private static int CeilDiv(int a, int b) => (int)Math.Ceiling((double)a / b);
    }
}
