using Microsoft.ML.OnnxRuntime;

namespace EdgePose.Networks.Runtime;

/// <summary>Element types of networks that are not fed or read, each with what to do about it.</summary>
internal static class ElementTypes
{
    public static string Advice(Type element) => element == typeof(Float16) || element == typeof(BFloat16)
        ? "export the network with float32 inputs and outputs; its weights may stay half floats (keep_io_types=True of onnxconverter-common)"
        : element == typeof(byte) || element == typeof(sbyte)
        ? "it takes bytes and normalises them itself: export it without that step, with a float32 input"
        : "export the network with float32 inputs and outputs";
}
