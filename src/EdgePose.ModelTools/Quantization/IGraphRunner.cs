namespace EdgePose.ModelTools.Quantization;

/// <summary>Receives one output of a run.</summary>
/// <param name="name">Name of the output.</param>
/// <param name="shape">Its real shape.</param>
/// <param name="values">Its values; valid only during the call. Empty for element types other than float32.</param>
public delegate void OutputReader(string name, ReadOnlySpan<long> shape, ReadOnlySpan<float> values);

/// <summary>One input of a run.</summary>
/// <param name="Shape">Shape of the network's only input.</param>
/// <param name="Values">Already pre-processed exactly as the engine does it; for an int32 input the values are whole numbers.</param>
public readonly record struct GraphInput(long[] Shape, ReadOnlyMemory<float> Values);

/// <summary>Runs graphs for the quantizer, which itself knows no runtime.</summary>
public interface IGraphRunner
{
    /// <summary>Opens a graph on the CPU.</summary>
    /// <param name="model">The ONNX file's bytes.</param>
    /// <param name="name">For messages.</param>
    /// <param name="optimize">False = memory goes back to the system after each run, for calibration; true = as the daemon would run it, for speed. Any value of
    /// the file's graph can be an output in both cases, and is what the file's nodes make.</param>
    /// <param name="threads">Intra-op threads.</param>
    IGraphSession Open(byte[] model, string name, bool optimize, int threads);

    /// <summary>The graph as the runtime executes it after all its optimisations on the CPU, as an ONNX file.</summary>
    byte[] Optimized(byte[] model, string name);
}

/// <summary>An opened graph.</summary>
public interface IGraphSession : IDisposable
{
    /// <summary>Runs the graph once and hands over its outputs one by one, in the order of <paramref name="outputs"/>.</summary>
    /// <param name="input">The network's input.</param>
    /// <param name="outputs">Names of the outputs that are wanted; empty = all.</param>
    /// <param name="read">Called once for each.</param>
    void Run(GraphInput input, IReadOnlyList<string> outputs, OutputReader read);
}
