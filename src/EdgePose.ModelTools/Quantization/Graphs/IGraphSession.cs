namespace EdgePose.ModelTools.Quantization.Graphs;

/// <summary>An opened graph.</summary>
public interface IGraphSession : IDisposable
{
    /// <summary>Runs the graph once and hands over its outputs one by one, in the order of <paramref name="outputs"/>.</summary>
    /// <param name="input">The network's input.</param>
    /// <param name="outputs">Names of the outputs that are wanted; empty = all.</param>
    /// <param name="read">Called once for each.</param>
    void Run(GraphInput input, IReadOnlyList<string> outputs, OutputReader read);
}
