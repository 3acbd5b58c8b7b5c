using EdgePose.Domain;

namespace EdgePose.Workshop.Evaluation.Keypoints;

/// <summary>Percentage of correct key-points. <see cref="PerJoint"/> follows the order of the task's joints; -1 for a joint that nobody has.</summary>
internal sealed record PckScores(double Threshold, double Mean, IReadOnlyList<double> PerJoint);

/// <summary>
/// PCK and PCKh: the share of labelled joints that lie within a fraction of the person's size from their true place. PCK measures by the
/// longer side of the box, PCKh by the head (0.6 x diagonal of its rectangle, as MPII does). Each detection, best first, stands for the
/// free person that it resembles most; people without a detection count as wrong in all joints.
/// </summary>
internal static class Pck
{
    public const double BoxFraction = 0.2;
    public const double HeadFraction = 0.5;

    // MPII leaves these out of its mean.
    private static readonly string[] NotInHeadMean = ["pelvis", "thorax"];

    /// <summary>PCK by boxes; null when nobody counts.</summary>
    public static PckScores? ByBox(IReadOnlyList<EvalImage> images, KeypointTask task) =>
        Count(images, task, BoxFraction, static t => Math.Max(t.Box[2], t.Box[3]), _ => true);

    /// <summary>PCKh; null when the data set has no head rectangles.</summary>
    public static PckScores? ByHead(IReadOnlyList<EvalImage> images, KeypointTask task, Skeleton skeleton) => Count(
        images, task, HeadFraction, static t => t.Person.HeadSize, k => !NotInHeadMean.Contains(skeleton.Joints[task.Joints[k]]));

    private static PckScores? Count(IReadOnlyList<EvalImage> images, KeypointTask task, double fraction, Func<Truth, double> size, Func<int, bool> inMean)
    {
        var (right, all) = (new int[task.Joints.Count], new int[task.Joints.Count]);
        foreach (var image in images)
        {
            var found = Pair(image);
            for (var g = 0; g < image.People.Count; g++)
            {
                var person = image.People[g];
                var limit = fraction * size(person);
                if (person.Ignore || limit <= 0) { continue; }
                Judge(person, found[g] < 0 ? null : image.Found[found[g]], limit, right, all);
            }
        }
        var counted = Enumerable.Range(0, all.Length).Where(k => inMean(k)).ToArray();
        var (hits, total) = (counted.Sum(k => right[k]), counted.Sum(k => all[k]));
        return total == 0 ? null : new PckScores(fraction, (double)hits / total, [.. all.Select((n, k) => n == 0 ? -1.0 : (double)right[k] / n)]);
    }

    private static void Judge(Truth person, Candidate? found, double limit, int[] right, int[] all)
    {
        for (var k = 0; k < all.Length; k++)
        {
            if (!(person.Points[3 * k + 2] > 0)) { continue; }
            all[k]++;
            if (found is null || !(found.Points[3 * k + 2] > 0)) { continue; }
            var (dx, dy) = (found.Points[3 * k] - person.Points[3 * k], found.Points[3 * k + 1] - person.Points[3 * k + 1]);
            if (dx * dx + dy * dy <= limit * limit) { right[k]++; }
        }
    }

    // Detection of each person, or -1.
    private static int[] Pair(EvalImage image)
    {
        var found = new int[image.People.Count];
        Array.Fill(found, -1);
        for (var d = 0; d < image.Found.Count; d++)
        {
            var (best, person) = (0.0, -1);
            for (var g = 0; g < found.Length; g++)
            {
                if (found[g] < 0 && image.Similarity(d, g) > best) { (best, person) = (image.Similarity(d, g), g); }
            }
            if (person >= 0) { found[person] = d; }
        }
        return found;
    }
}
