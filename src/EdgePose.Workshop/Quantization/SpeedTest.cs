using EdgePose.Domain;
using EdgePose.ModelTools.Quantization.Graphs;
using EdgePose.Networks.Runtime;

namespace EdgePose.Workshop.Quantization;

/// <summary>Speed of a quantized model against its float model.</summary>
/// <param name="Threads">Intra-op threads.</param>
/// <param name="FloatMs">Time of a run, see <see cref="SpeedTest"/>.</param>
/// <param name="QuantizedMs">The same.</param>
/// <param name="Ratio">Float time / quantized time; above 1 is faster.</param>
/// <param name="Rounds">Pairs of runs.</param>
internal sealed record SpeedFigures(int Threads, double FloatMs, double QuantizedMs, double Ratio, int Rounds);

/// <summary>
/// Measures both models in turn within one loop, on inputs of the same shape, so that whatever else the machine does meets both. A time is the
/// median of the rounds: what any other program measures that does the same.
/// </summary>
internal static class SpeedTest
{
    private const int WarmUp = 3;
    private const int MostRounds = 200;
    private const int LeastRounds = 15;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(4);

    /// <param name="models">Opens the float and the quantized model with so many threads.</param>
    /// <param name="input">What both get.</param>
    /// <param name="threads">Thread count.</param>
    /// <param name="time">Clock.</param>
    /// <param name="stop">Ends the work early.</param>
    public static SpeedFigures Measure(Func<int, (OrtSession Float, OrtSession Quantized)> models, GraphInput input, int threads, TimeProvider time, CancellationToken stop)
    {
        var (exact, rough) = models(threads);
        using (exact)
        using (rough)
        {
            var (a, b) = (Fill(exact, input), Fill(rough, input));
            return Alternate(a.Run, b.Run, threads, time, stop);
        }
    }

    /// <summary>Runs both in turn until the budget of time is used up.</summary>
    internal static SpeedFigures Alternate(Action exact, Action rough, int threads, TimeProvider time, CancellationToken stop)
    {
        for (var i = 0; i < WarmUp; i++) { exact(); rough(); }
        var started = time.GetTimestamp();
        var (first, second) = (new List<double>(), new List<double>());
        while (first.Count < MostRounds && (first.Count < LeastRounds || time.GetElapsedTime(started) < Budget))
        {
            stop.ThrowIfCancellationRequested();
            // The one that comes second finds warm caches of nothing it needs; turn and turn about.
            if (first.Count % 2 == 0) { first.Add(Time(exact, time)); second.Add(Time(rough, time)); }
            else { second.Add(Time(rough, time)); first.Add(Time(exact, time)); }
        }
        return new SpeedFigures(threads, Median(first), Median(second), Median(first) / Median(second), first.Count);
    }

    private static Binding Fill(OrtSession session, GraphInput input)
    {
        var nhwc = session.Descriptor.Input.Layout == TensorLayout.Nhwc;
        var binding = session.Bind((int)input.Shape[0], (int)input.Shape[nhwc ? 1 : 2], (int)input.Shape[nhwc ? 2 : 3]);
        if (binding.IntInput.Length > 0) { for (var i = 0; i < binding.IntInput.Length; i++) { binding.IntInput[i] = (int)input.Values.Span[i]; } }
        else { input.Values.Span.CopyTo(binding.Input); }
        return binding;
    }

    private static double Time(Action run, TimeProvider time)
    {
        var from = time.GetTimestamp();
        run();
        return time.GetElapsedTime(from).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
