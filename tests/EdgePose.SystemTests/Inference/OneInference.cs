using System.Runtime.InteropServices;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;

namespace EdgePose.SystemTests.Inference;

/// <summary>
/// One run of each default model on the same input, with a library of choice. A process can load one library only, so the tests start this
/// assembly once for each.
/// </summary>
internal static class OneInference
{
    public static readonly string[] Models = ["movenet-lightning", "centernet-person"];

    /// <summary>Prints the library's version, then a line for each output: model, output, its values as hexadecimal floats.</summary>
    public static void Run(string library)
    {
        using var store = ModelStore.Load([], new InferenceSettings { Providers = ["cpu"], Threads = 1, RuntimeLibrary = library });
        foreach (var name in Models)
        {
            var session = store.Open(store.Catalog.Get(name));
            if (name == Models[0]) { Console.WriteLine(OrtRuntime.Version); }
            var binding = session.Bind(1, session.Descriptor.Input.Height, session.Descriptor.Input.Width);
            for (var i = 0; i < binding.Input.Length; i++) { binding.Input[i] = Grey(i) / 255f; }
            for (var i = 0; i < binding.IntInput.Length; i++) { binding.IntInput[i] = Grey(i); }
            binding.Run();
            foreach (var output in binding.Outputs)
            {
                Console.WriteLine($"{name} {output.Name} {Convert.ToHexString(MemoryMarshal.AsBytes(output.Values))}");
            }
        }
    }

    /// <summary>Values 0..255 that look like nothing, the same everywhere.</summary>
    private static int Grey(int i) => (int)(((uint)i * 2654435761u) >> 24);
}
