using EdgePose.Domain;
using EdgePose.Networks.Runtime;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Quantization.Engines;
using EdgePose.Workshop.Quantization.Pictures;

namespace EdgePose.Workshop.Quantization.Accuracy;

/// <summary>The pictures on which a quantized model is compared with its float model; none of them was used for calibration.</summary>
/// <param name="Pictures">In the order of <see cref="Ids"/>.</param>
/// <param name="Ids">Ids of the pictures.</param>
/// <param name="Truth">Ground truth; null when the float model's own predictions have to serve.</param>
internal sealed record EvalSet(IReadOnlyList<SurveyedSample> Pictures, IReadOnlyList<long> Ids, Dataset? Truth)
{
    public string Sha256 { get; } = PixelHash.OfSet(Pictures.Select(p => p.Hash));

    /// <summary>Inputs of the network: pictures, or crops for a top-down model.</summary>
    public int InputsOf(ModelTask task) => task == ModelTask.TopDown ? Pictures.Sum(p => p.Boxes.Count) : Pictures.Count;

    /// <summary>What a network finds in every picture.</summary>
    /// <param name="network">The network.</param>
    /// <param name="staticSize">See <see cref="Engine"/>.</param>
    /// <param name="feed">Decodes.</param>
    /// <param name="change">Changes each picture first; null = as they are.</param>
    /// <param name="progress">Pictures done.</param>
    /// <param name="stop">Ends the work early.</param>
    public IReadOnlyList<IReadOnlyList<Person>> Find(
        INetwork network, bool staticSize, FrameFeed feed, HarmlessChange? change, IProgress<(int Done, int Total)> progress, CancellationToken stop)
    {
        var (engine, found) = (new Engine(network, staticSize), new List<IReadOnlyList<Person>>(Pictures.Count));
        foreach (var frame in feed.Read([.. Pictures.Select(p => p.Sample)], stop))
        {
            var boxes = Pictures[found.Count].Boxes;
            found.Add(change is null ? engine.Find(frame, boxes) : [.. engine.Find(change.Apply(frame, found.Count), boxes).Select(change.Undo)]);
            PictureMemory.Count(found.Count);
            progress.Report((found.Count, Pictures.Count));
        }
        return found;
    }
}
