namespace EdgePose.Networks.Runtime;

/// <summary>What to do about a file that ONNX Runtime refuses, by what it says about it: "damaged" would be wrong for most.</summary>
internal static class Refusals
{
    private const string ForeignOperator = "the graph uses an operator that ONNX does not have (the name stands above): EdgePose loads no operator "
        + "libraries, so export the network with standard operators";

    // Parts of the runtime's messages, from the versions that are supported (microsoft/onnxruntime:onnxruntime/core/graph/model.cc and graph.cc).
    private static readonly (string Says, string Advice)[] Known =
    [
        ("model IR version", "the file's format (IR version) is newer than this ONNX Runtime reads: export it with an older onnx package, "
            + "or use a newer runtime (inference.runtime_library)"),
        ("released onnx opset", "its operator set is newer than this ONNX Runtime knows: export it with an older opset (17 does everywhere), "
            + "or use a newer runtime (inference.runtime_library)"),
        ("nrecognized attribute", "the exporter was too old: export the network again with opset 11 or newer"),
        ("is not a registered function/op", ForeignOperator),
        ("No Op registered for", ForeignOperator),
        ("No opset import for domain", ForeignOperator),
        ("emory", "the network needs more memory than is allowed for an unknown model"),
        ("external", "its weights lie in another file: edgepose models import joins them"),
        ("protobuf parsing failed", "this is not an ONNX file, or it is damaged: fetch or export it again"),
    ];

    /// <summary>The next step; null when the message says nothing that is known.</summary>
    public static string? Advice(string message) =>
        Array.Find(Known, k => message.Contains(k.Says, StringComparison.OrdinalIgnoreCase)) is { Advice: { } advice } ? advice : null;
}
