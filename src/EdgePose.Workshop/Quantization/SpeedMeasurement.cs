using EdgePose.Domain;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.Networks.Runtime;

namespace EdgePose.Workshop.Quantization;

/// <summary>Measures the quantized model against the float one with one thread and with all, on the target's provider where it starts.</summary>
internal sealed class SpeedMeasurement(SourceModel source, byte[] quantized, GraphInput sample, TimeProvider time, CancellationToken stop)
{
    private const string Cpu = "cpu";

    /// <param name="target">Provider that the model is meant for.</param>
    /// <param name="progress">Thread counts done.</param>
    public SpeedReport Run(string target, IProgress<(int Done, int Total)> progress)
    {
        var (provider, figures) = (target == Cpu || Starts(target) ? target : Cpu, new List<SpeedFigures>());
        int[] threads = Environment.ProcessorCount > 1 ? [1, Environment.ProcessorCount] : [1];
        foreach (var count in threads)
        {
            figures.Add(SpeedTest.Measure(n => (source.Session(source.Content, n, provider), source.Session(quantized, n, provider)), sample, count, time, stop));
            progress.Report((figures.Count, threads.Length));
        }
        return new SpeedReport(provider, provider == target, ProcessorFeatures.Read(), figures) { Runtime = OrtRuntime.Version, Input = sample.Shape };
    }

    private bool Starts(string provider)
    {
        try
        {
            source.Session(quantized, 0, provider).Dispose();
            return true;
        }
        catch (UserError)
        {
            // Not this machine's; the report says that its speed is not known.
            return false;
        }
    }
}
