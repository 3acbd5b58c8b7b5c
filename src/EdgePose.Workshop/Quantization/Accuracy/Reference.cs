using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Workshop.Quantization.Engines;
using EdgePose.Workshop.Quantization.Pictures;

namespace EdgePose.Workshop.Quantization.Accuracy;

/// <summary>How far a candidate is from the float model on a few pictures.</summary>
/// <param name="SqnrDb">10 log10 of the mean square of the outputs over that of their errors, of the worst output; null where outputs cannot be compared.</param>
/// <param name="Likeness">The decoded people.</param>
internal sealed record Difference(double? SqnrDb, Likeness Likeness);

/// <summary>
/// What the float model answers on a few pictures, raw and decoded, kept in memory: so that many candidates can be compared quickly. The
/// number of pictures is limited by <see cref="MaxBytes"/>.
/// </summary>
internal sealed class Reference
{
    private const long MaxBytes = 256L << 20;

    /// <summary>Decibels of outputs without any error: a number, so that JSON and card can hold it.</summary>
    private const double Equal = 200;

    private readonly ModelDescriptor _model;
    private readonly bool _staticSize;
    private readonly List<(Frame Frame, IReadOnlyList<Detection> Boxes)> _frames = [];
    private readonly List<IReadOnlyList<Person>> _people = [];

    // Run by run, output by output.
    private readonly List<float[][]> _outputs = [];

    /// <param name="network">The float model.</param>
    /// <param name="staticSize">See <see cref="Engine"/>.</param>
    /// <param name="pictures">Candidates for the reference, the first ones are taken.</param>
    /// <param name="feed">Decodes them.</param>
    /// <param name="stop">Ends the work early.</param>
    public Reference(INetwork network, bool staticSize, IReadOnlyList<SurveyedSample> pictures, FrameFeed feed, CancellationToken stop)
    {
        (_model, _staticSize) = (network.Descriptor, staticSize);
        var bytes = 0L;
        var engine = new Engine(new TappedNetwork(network, execute: true, binding =>
        {
            float[][] outputs = [.. binding.Outputs.Select(o => o.Values.ToArray())];
            bytes += outputs.Sum(o => 4L * o.Length);
            _outputs.Add(outputs);
        }), staticSize);
        foreach (var frame in feed.Read([.. pictures.Select(p => p.Sample)], stop))
        {
            var boxes = pictures[_frames.Count].Boxes;
            _frames.Add((frame, boxes));
            _people.Add(engine.Find(frame, boxes));
            bytes += frame.Pixels.Length;
            if (bytes > MaxBytes) { break; }
        }
    }

    public int Pictures => _frames.Count;

    /// <summary>Runs a candidate on the same pictures.</summary>
    public Difference Compare(INetwork candidate, CancellationToken stop)
    {
        var (run, comparable, sums) = (0, true, new List<(double Signal, double Noise)>());
        var engine = new Engine(new TappedNetwork(candidate, execute: true, binding => comparable &= run < _outputs.Count && Add(_outputs[run++], binding, sums)), _staticSize);
        var found = new List<IReadOnlyList<Person>>(_frames.Count);
        foreach (var (frame, boxes) in _frames)
        {
            stop.ThrowIfCancellationRequested();
            found.Add(engine.Find(frame, boxes));
        }
        var worst = sums.Where(s => s.Signal > 0).Select(s => s.Noise == 0 ? Equal : Math.Min(Equal, 10 * Math.Log10(s.Signal / s.Noise))).DefaultIfEmpty(double.NaN).Min();
        return new Difference(comparable && !double.IsNaN(worst) ? worst : null, Likeness.Of(_model, _people, found));
    }

    /// <summary>False when the outputs have other sizes, as those of detectors with suppression in the graph.</summary>
    private static bool Add(float[][] exact, Binding binding, List<(double Signal, double Noise)> sums)
    {
        while (sums.Count < exact.Length) { sums.Add((0, 0)); }
        for (var i = 0; i < exact.Length; i++)
        {
            var rough = binding.Outputs[i].Values;
            if (rough.Length != exact[i].Length) { return false; }
            var (signal, noise) = sums[i];
            for (var k = 0; k < rough.Length; k++)
            {
                var error = (double)rough[k] - exact[i][k];
                (signal, noise) = (signal + (double)exact[i][k] * exact[i][k], noise + error * error);
            }
            sums[i] = (signal, noise);
        }
        return true;
    }
}
