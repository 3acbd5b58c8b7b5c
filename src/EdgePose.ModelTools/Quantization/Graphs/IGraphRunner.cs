namespace EdgePose.ModelTools.Quantization.Graphs;

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
