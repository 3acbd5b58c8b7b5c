using EdgePose.ModelTools.Onnx;
using EdgePose.ModelTools.Quantization.Graphs;

namespace EdgePose.ModelTools.Quantization.Calibration;

/// <summary>One run of a graph over calibration inputs, in which wanted values are read a few at a time.</summary>
internal static class GraphPass
{
    /// <param name="stage">For <paramref name="progress"/>.</param>
    /// <param name="model">The float graph.</param>
    /// <param name="facts">Sizes, to keep within memory.</param>
    /// <param name="name">For messages.</param>
    /// <param name="values">What is read; the graph's input may be among it.</param>
    /// <param name="runner">Runs the graph.</param>
    /// <param name="inputs">Enumerated once.</param>
    /// <param name="read">Called for each value of each input.</param>
    /// <param name="progress">Called after each input.</param>
    /// <param name="stop">Looked at before each run.</param>
    public static void Run(string stage, ModelProto model, TensorFacts facts, string name, IReadOnlyList<string> values, IGraphRunner runner,
        IReadOnlyCollection<GraphInput> inputs, OutputReader read, IProgress<QuantizationProgress>? progress, CancellationToken stop)
    {
        var picture = model.Graph.Input[0].Name;
        var sessions = new List<(IGraphSession Session, IReadOnlyList<string> Values)>();
        try
        {
            foreach (var group in facts.Groups(values.Where(v => v != picture)))
            {
                sessions.Add((runner.Open(TensorFacts.WithOutputs(model, group), name, optimize: false, Environment.ProcessorCount), group));
            }
            var done = 0;
            foreach (var input in inputs)
            {
                if (values.Contains(picture)) { read(picture, input.Shape, input.Values.Span); }
                foreach (var (session, group) in sessions)
                {
                    stop.ThrowIfCancellationRequested();
                    session.Run(input, group, read);
                }
                progress?.Report(new QuantizationProgress(stage, ++done, inputs.Count));
            }
        }
        finally
        {
            foreach (var (session, _) in sessions) { session.Dispose(); }
        }
    }
}
