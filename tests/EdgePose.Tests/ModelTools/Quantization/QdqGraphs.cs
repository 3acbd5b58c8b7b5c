using System.Buffers.Binary;
using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.Tests.ModelTools.Quantization;

/// <summary>Questions that the tests ask of a quantized graph.</summary>
internal static class QdqGraphs
{
    public static NodeProto Node(this GraphProto graph, string name) => graph.Node.Single(n => n.Name == name);

    public static NodeProto? Producer(this GraphProto graph, string value) => graph.Node.SingleOrDefault(n => n.Output.Contains(value));

    public static IEnumerable<NodeProto> Consumers(this GraphProto graph, string value) => graph.Node.Where(n => n.Input.Contains(value));

    public static IEnumerable<NodeProto> Of(this GraphProto graph, params string[] operators) => graph.Node.Where(n => operators.Contains(n.OpType));

    public static bool IsConstant(this GraphProto graph, string value) => graph.Initializer.Any(t => t.Name == value);

    /// <summary>True when an input of a node comes out of a DequantizeLinear.</summary>
    public static bool IsRestored(this GraphProto graph, NodeProto node, int input) => graph.Producer(node.Input[input])?.OpType == "DequantizeLinear";

    /// <summary>True when both factors of a node come out of DequantizeLinear.</summary>
    public static bool IsRestoredPair(this GraphProto graph, NodeProto node) => graph.IsRestored(node, 0) && graph.IsRestored(node, 1);

    /// <summary>True when an output of a node goes into QuantizeLinear and nowhere else.</summary>
    public static bool IsCoded(this GraphProto graph, NodeProto node) => graph.Consumers(node.Output[0]).Select(c => c.OpType).ToList() is ["QuantizeLinear"];

    public static TensorProto Tensor(this GraphProto graph, string name) => graph.Initializer.Single(t => t.Name == name);

    /// <summary>Scale and zero point of a QuantizeLinear or DequantizeLinear with one of each.</summary>
    public static (float Scale, int Zero) Codes(this GraphProto graph, NodeProto node) =>
        (TensorData.ToFloats(graph.Tensor(node.Input[1]))[0], ZeroPoints(graph.Tensor(node.Input[2]))[0]);

    /// <summary>Codes at a node's input.</summary>
    public static (float Scale, int Zero) InputCodes(this GraphProto graph, NodeProto node, int input) => graph.Codes(graph.Producer(node.Input[input])!);

    public static int[] ZeroPoints(TensorProto tensor)
    {
        var data = tensor.RawData.ToByteArray();
        return (ElementType)tensor.DataType switch
        {
            ElementType.UInt8 => [.. data.Select(b => (int)b)],
            ElementType.Int8 => [.. data.Select(b => (int)(sbyte)b)],
            ElementType.UInt16 => [.. data.Chunk(2).Select(c => (int)BinaryPrimitives.ReadUInt16LittleEndian(c))],
            ElementType.Int32 => [.. data.Chunk(4).Select(c => BinaryPrimitives.ReadInt32LittleEndian(c))],
            _ => throw new InvalidDataException($"{tensor.Name}: {(ElementType)tensor.DataType}"),
        };
    }

    public static long Attribute(this NodeProto node, string name) => node.Int(name, -99);
}
