using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.Networks.Runtime;

namespace EdgePose.Workshop.Quantization;

/// <summary>Gives the quantizer ONNX Runtime.</summary>
internal sealed class GraphRunner : IGraphRunner
{
    public IGraphSession Open(byte[] model, string name, bool optimize, int threads) => new Session(OrtGraph.Open(model, name, optimize, threads));

    public byte[] Optimized(byte[] model, string name) => OrtGraph.Optimized(model, name);

    private sealed class Session(OrtGraph graph) : IGraphSession
    {
        public void Run(GraphInput input, IReadOnlyList<string> outputs, OutputReader read) =>
            graph.Run(input.Shape, input.Values, outputs, (name, shape, values) => read(name, shape, values));

        public void Dispose() => graph.Dispose();
    }
}
