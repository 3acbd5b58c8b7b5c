using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Keypoints;
using EdgePose.Workshop.Quantization.Engines;

namespace EdgePose.Workshop.Quantization.Accuracy;

/// <summary>How alike two models find the same people.</summary>
/// <param name="Agreement">0..1. Poses: mean OKS over the float model's people, 0 for one who is not found. Boxes: F1 at IoU .5.</param>
/// <param name="MeanShift">Mean distance of the joints (corners) that both found, in pixels of the network's input; NaN when there is none.</param>
/// <param name="MedianShift">Median of the same.</param>
/// <param name="People">The float model's people.</param>
internal sealed record Likeness(double Agreement, double MeanShift, double MedianShift, int People)
{
    private const float BoxesAgree = 0.5f;

    /// <summary>Less similar poses are those of different people.</summary>
    private const double Somebody = 0.1;

    /// <summary>Compares what two models found in the same pictures.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="exact">The float model's people, picture by picture.</param>
    /// <param name="found">The other's.</param>
    public static Likeness Of(ModelDescriptor model, IReadOnlyList<IReadOnlyList<Person>> exact, IReadOnlyList<IReadOnlyList<Person>> found) =>
        model.Task == ModelTask.Detect ? OfBoxes(model.Decode.ScoreThreshold, exact, found) : OfPoses(model, exact, found);

    private static Likeness OfPoses(ModelDescriptor model, IReadOnlyList<IReadOnlyList<Person>> exact, IReadOnlyList<IReadOnlyList<Person>> found)
    {
        var (rule, skeleton) = (SureJoints.Of(model, exact), Skeletons.Get(model.Skeleton));
        var (sum, people, shifts) = (0.0, 0, new List<double>());
        for (var i = 0; i < exact.Count; i++)
        {
            Person[] sure = [.. exact[i].Where(rule.IsSure)];
            people += sure.Length;
            // Top-down models give one pose for each box, in order.
            var pairs = model.Task == ModelTask.TopDown ? exact[i].Zip(found[i], (p, q) => (p, q, Oks: rule.Oks(p, q, skeleton))).Where(t => rule.IsSure(t.p))
                : Pair(sure, found[i], rule, skeleton);
            foreach (var (person, match, oks) in pairs)
            {
                sum += oks;
                rule.AddShifts(person, match, shifts);
            }
        }
        return new Likeness(people == 0 ? 0 : sum / people, Mean(shifts), Median(shifts), people);
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

    private static Likeness OfBoxes(float threshold, IReadOnlyList<IReadOnlyList<Person>> exact, IReadOnlyList<IReadOnlyList<Person>> found)
    {
        var (matched, people, others, shifts) = (0, 0, 0, new List<double>());
        for (var i = 0; i < exact.Count; i++)
        {
            Person[] sure = [.. exact[i].Where(p => p.Score >= threshold)];
            var free = found[i].Where(p => p.Score >= threshold).ToList();
            (people, others) = (people + sure.Length, others + free.Count);
            foreach (var person in sure)
            {
                if (free.MaxBy(p => p.Box.Iou(person.Box)) is not { } match || match.Box.Iou(person.Box) < BoxesAgree) { continue; }
                matched++;
                free.Remove(match);
                shifts.Add(Corner(person.Box.X1 - match.Box.X1, person.Box.Y1 - match.Box.Y1) * person.InputScale);
                shifts.Add(Corner(person.Box.X2 - match.Box.X2, person.Box.Y2 - match.Box.Y2) * person.InputScale);
            }
        }
        return new Likeness(people + others == 0 ? 0 : 2.0 * matched / (people + others), Mean(shifts), Median(shifts), people);
    }

    private static double Corner(double dx, double dy) => Math.Sqrt(dx * dx + dy * dy);

    private static double Mean(List<double> values) => values.Count == 0 ? double.NaN : values.Average();

    private static double Median(List<double> values) => values.Count == 0 ? double.NaN : values.Order().ElementAt(values.Count / 2);
}
