using EdgePose.Networks.Runtime;
using EdgePose.Workshop.Quantization.Accuracy;
using EdgePose.Workshop.Quantization.Pictures;

namespace EdgePose.Workshop.Quantization;

/// <summary>What candidates are compared with: the answers of the float model to the pictures held out, as they are and after harmless changes.</summary>
internal sealed class ComparisonBasis(SourceModel source, OrtSession network, EvalSet set, FrameFeed feed, Stages stages, CancellationToken stop)
{
    /// <summary>Pictures on which each group is compared.</summary>
    private const int ReferencePictures = 8;

    public Examination Examine()
    {
        var exact = Find(null, "evaluating the float model");
        return new Examination(source.Model, set, exact, [.. HarmlessChange.All.Select(c => Find(c, $"evaluating the float model after {c.Name}"))]);
    }

    public Reference Reference()
    {
        // Pictures with people say more about joints.
        var shown = SampleFinder.Spread([.. set.Pictures.Where(p => p.HasPerson)], ReferencePictures);
        return new Reference(network, source.StaticSize, shown.Count > 0 ? shown : SampleFinder.Spread(set.Pictures, ReferencePictures), feed, stop);
    }

    private IReadOnlyList<IReadOnlyList<Engines.Person>> Find(HarmlessChange? change, string stage) =>
        set.Find(network, source.StaticSize, feed, change, stages.Start(stage), stop);
}
