using EdgePose.Domain;
using EdgePose.Workshop.Quantization.Engines;

namespace EdgePose.Workshop.Quantization.Accuracy;

/// <summary>How alike two models find the same people. Missed and extra people stand apart: they say nothing about the joints of the others.</summary>
internal sealed class Likeness
{
    private const float BoxesAgree = 0.5f;

    /// <summary>Less similar poses are those of different people.</summary>
    private const double Somebody = 0.1;

    private readonly List<double> _shifts = [];
    private readonly List<Tally> _pictures = [];
    private readonly bool _boxes;

    private Likeness(bool boxes) => _boxes = boxes;

    /// <summary>One entry for each picture.</summary>
    public IReadOnlyList<Tally> Pictures => _pictures;

    /// <summary>All pictures together.</summary>
    public Tally Total { get; private set; }

    /// <summary>0..1. Poses: mean OKS of the people whom both found, weighted by score. Boxes: F1 at IoU .5, weighted by score.</summary>
    public double Agreement => _boxes ? Total.F1 : Total.Similarity;

    /// <summary>Mean distance of the joints (corners) that both found, in pixels of the network's input; NaN when there is none.</summary>
    public double MeanShift => _shifts.Count == 0 ? double.NaN : _shifts.Average();

    /// <summary>Median of the same.</summary>
    public double MedianShift => _shifts.Count == 0 ? double.NaN : _shifts.Order().ElementAt(_shifts.Count / 2);

    /// <summary>The float model's people.</summary>
    public int People { get; private set; }

    /// <summary>Of these, those whom the other model missed.</summary>
    public int Missed { get; private set; }

    /// <summary>The other model's people whom the float model does not know.</summary>
    public int Extra { get; private set; }

    /// <summary>Compares what two models found in the same pictures.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="exact">The float model's people, picture by picture.</param>
    /// <param name="found">The other's.</param>
    public static Likeness Of(ModelDescriptor model, IReadOnlyList<IReadOnlyList<Person>> exact, IReadOnlyList<IReadOnlyList<Person>> found)
    {
        var likeness = new Likeness(model.Task == ModelTask.Detect);
        var rule = SureJoints.Of(model, exact);
        for (var i = 0; i < exact.Count; i++)
        {
            var tally = model.Task switch
            {
                ModelTask.Detect => likeness.OfBoxes(model.Decode.ScoreThreshold, exact[i], found[i]),
                ModelTask.TopDown => likeness.OfCrops(exact[i], found[i], rule, Skeletons.Get(model.Skeleton)),
                ModelTask.BottomUp => likeness.OfPoses(exact[i], found[i], rule, Skeletons.Get(model.Skeleton)),
                var task => throw new System.Diagnostics.UnreachableException($"task {task}"),
            };
            likeness._pictures.Add(tally);
            likeness.Total += tally;
        }
        return likeness;
    }

    /// <summary>A top-down model gives one pose for each box, in order: nobody is missed or extra.</summary>
    private Tally OfCrops(IReadOnlyList<Person> exact, IReadOnlyList<Person> found, SureJoints rule, Skeleton skeleton)
    {
        var tally = default(Tally);
        foreach (var (person, match) in exact.Zip(found).Where(t => rule.IsSure(t.First)))
        {
            People++;
            tally += Same(person, rule.Oks(person, match, skeleton));
            rule.AddShifts(person, match, _shifts);
        }
        return tally;
    }

    private Tally OfPoses(IReadOnlyList<Person> exact, IReadOnlyList<Person> found, SureJoints rule, Skeleton skeleton)
    {
        Person[] sure = [.. exact.Where(rule.IsSure)];
        var (tally, left, free) = (default(Tally), sure.ToHashSet(), found.ToHashSet());
        foreach (var (person, match, oks) in Pair(sure, found, rule, skeleton))
        {
            left.Remove(person);
            free.Remove(match);
            tally += Same(person, oks);
            rule.AddShifts(person, match, _shifts);
        }
        // Whoever the float model saw too, however weakly, is nobody new.
        Person[] doubtful = [.. exact.Where(p => !rule.IsSure(p))];
        Person[] extra = [.. free.Where(q => rule.IsSure(q) && !doubtful.Any(p => rule.Oks(q, p, skeleton) >= Somebody))];
        (People, Missed, Extra) = (People + sure.Length, Missed + left.Count, Extra + extra.Length);
        return tally + Unmatched(left, extra);
    }

    /// <summary>The most similar pairs first, each person once.</summary>
    private static IEnumerable<(Person, Person, double Oks)> Pair(Person[] exact, IReadOnlyList<Person> found, SureJoints rule, Skeleton skeleton)
    {
        var (left, free) = (exact.ToHashSet(), found.ToHashSet());
        foreach (var pair in exact.SelectMany(p => found.Select(q => (p, q, Oks: rule.Oks(p, q, skeleton)))).Where(t => t.Oks >= Somebody).OrderByDescending(t => t.Oks))
        {
            if (!left.Contains(pair.p) || !free.Contains(pair.q)) { continue; }
            left.Remove(pair.p);
            free.Remove(pair.q);
            yield return pair;
        }
    }

    private Tally OfBoxes(float threshold, IReadOnlyList<Person> exact, IReadOnlyList<Person> found)
    {
        Person[] sure = [.. exact.Where(p => p.Score >= threshold)];
        var (tally, left, free) = (default(Tally), sure.ToList(), found.Where(p => p.Score >= threshold).ToList());
        foreach (var person in sure)
        {
            if (free.MaxBy(p => p.Box.Iou(person.Box)) is not { } match || match.Box.Iou(person.Box) < BoxesAgree) { continue; }
            free.Remove(match);
            left.Remove(person);
            tally += Same(person, 1);
            _shifts.Add(Corner(person.Box.X1 - match.Box.X1, person.Box.Y1 - match.Box.Y1) * person.InputScale);
            _shifts.Add(Corner(person.Box.X2 - match.Box.X2, person.Box.Y2 - match.Box.Y2) * person.InputScale);
        }
        (People, Missed, Extra) = (People + sure.Length, Missed + left.Count, Extra + free.Count);
        return tally + Unmatched(left, free);
    }

    // The person of the float model gives the weight of both, so that a score that moved does not count as somebody lost.
    private static Tally Same(Person person, double similarity) => new(Weight(person), Weight(person), Weight(person), Weight(person) * similarity, 0);

    private static Tally Unmatched(IEnumerable<Person> missed, IEnumerable<Person> extra)
    {
        var more = extra.Sum(Weight);
        return new Tally(missed.Sum(Weight), more, 0, 0, more);
    }

    // Scores of networks with random weights may be zero or below; even then somebody counts.
    private static double Weight(Person person) => Math.Max(1e-3, person.Score);

    private static double Corner(double dx, double dy) => Math.Sqrt(dx * dx + dy * dy);
}
