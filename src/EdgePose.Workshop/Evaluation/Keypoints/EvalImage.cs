using EdgePose.Workshop.Evaluation.Data;

namespace EdgePose.Workshop.Evaluation.Keypoints;

/// <summary>A ground-truth person as the evaluation of one task sees it.</summary>
internal sealed record Truth(double[] Points, double[] Box, double Area, bool IsCrowd, bool Ignore, DatasetPerson Person);

/// <summary>A detection as the evaluation of one task sees it.</summary>
internal sealed record Candidate(double[] Points, double Score, double Area);

/// <summary>People and best detections of one picture with their similarities.</summary>
internal sealed class EvalImage
{
    /// <summary>Detections per picture that count.</summary>
    public const int MaxDetections = 20;

    /// <summary>The same for boxes.</summary>
    public const int MaxBoxes = 100;

    private readonly double[] _similarity;

    private EvalImage(DatasetImage image, IReadOnlyList<Truth> people, IReadOnlyList<Candidate> found, Func<Truth, Candidate, double> similarity)
    {
        (Image, People, Found) = (image, people, found);
        _similarity = new double[found.Count * people.Count];
        for (var d = 0; d < found.Count; d++)
        {
            for (var g = 0; g < people.Count; g++)
            {
                _similarity[d * people.Count + g] = similarity(people[g], found[d]);
            }
        }
    }

    public DatasetImage Image { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<Truth> People { get; }

    /// <summary>By falling score, in the order of the file on ties.</summary>
    public IReadOnlyList<Candidate> Found { get; }

    public double Similarity(int found, int person) => _similarity[found * People.Count + person];

    /// <summary>One entry for each picture of <paramref name="dataset"/>, in ascending order of its id.</summary>
    public static IReadOnlyList<EvalImage> Prepare(Dataset dataset, IReadOnlyList<PersonResult> results, KeypointTask task)
    {
        var people = dataset.People.ToLookup(p => p.Image);
        // As pycocotools decides: the first entry of the file says whether boxes give the areas.
        var boxed = results.Count > 0 && results[0].Box is not null;
        var byImage = results.ToLookup(r => r.Image);
        return
        [
            .. dataset.Images.Select(image => new EvalImage(
                image, [.. people[image.Id].Select(p => AsTruth(p, task))], Best(byImage[image.Id], task, boxed, dataset.IsWholeBody ? 17 : int.MaxValue),
                (person, candidate) => Oks.Similarity(person.Points, person.Box, person.Area, candidate.Points, task.Sigmas))),
        ];
    }

    /// <summary>
    /// The same for person boxes by IoU, as pycocotools evaluates detections: people without key-points count, only crowds do not, and what
    /// lies inside a crowd is measured against its own area.
    /// </summary>
    public static IReadOnlyList<EvalImage> PrepareBoxes(Dataset dataset, IReadOnlyList<PersonResult> results)
    {
        var people = dataset.People.ToLookup(p => p.Image);
        var byImage = results.ToLookup(r => r.Image);
        return
        [
            .. dataset.Images.Select(image => new EvalImage(
                image, [.. people[image.Id].Select(p => new Truth([], p.Box, p.Area ?? p.Box[2] * p.Box[3], p.IsCrowd, p.IsCrowd, p))],
                [.. byImage[image.Id].Where(r => r.Box is not null).Select(r => new Candidate(r.Box!, r.Score, r.Box![2] * r.Box[3])).OrderByDescending(c => c.Score).Take(MaxBoxes)],
                (person, candidate) => BoxSimilarity(person.Box, candidate.Points, person.IsCrowd))),
        ];
    }

    private static double BoxSimilarity(double[] truth, double[] found, bool isCrowd)
    {
        var w = Math.Min(truth[0] + truth[2], found[0] + found[2]) - Math.Max(truth[0], found[0]);
        var h = Math.Min(truth[1] + truth[3], found[1] + found[3]) - Math.Max(truth[1], found[1]);
        if (!(w > 0 && h > 0)) { return 0; }
        var own = found[2] * found[3];
        return w * h / (isCrowd ? own : own + truth[2] * truth[3] - w * h);
    }

    private static Truth AsTruth(DatasetPerson person, KeypointTask task)
    {
        var points = Pick(person.Points, task.Joints);
        var labelled = task.Recount ? CountPositive(points) : person.Labelled;
        var area = task.UseArea && person.Area is { } given ? given : KeypointTask.AreaOfBox * person.Box[2] * person.Box[3];
        return new Truth(points, person.Box, area, person.IsCrowd, person.IsCrowd || labelled == 0, person);
    }

    private static List<Candidate> Best(IEnumerable<PersonResult> results, KeypointTask task, bool boxed, int areaJoints)
    {
        // OrderBy is stable, which decides between equal scores.
        return [.. results.Where(r => !task.DropEmpty || CountPositive(Pick(r.Points, task.Joints)) > 0)
            .Select(r => new Candidate(Pick(r.Points, task.Joints), Score(r, task), Area(r, boxed, areaJoints)))
            .OrderByDescending(c => c.Score).Take(MaxDetections)];
    }

    private static double Score(PersonResult r, KeypointTask task) => (task.PartScore >= 0 ? r.PartScores?[task.PartScore] : null) ?? r.Score;

    private static double Area(PersonResult r, bool boxed, int areaJoints)
    {
        if (boxed && r.Box is { } box) { return box[2] * box[3]; }
        var (x1, y1, x2, y2) = (double.MaxValue, double.MaxValue, double.MinValue, double.MinValue);
        for (var i = 0; i + 2 < r.Points.Length && i < 3L * areaJoints; i += 3)
        {
            (x1, x2) = (Math.Min(x1, r.Points[i]), Math.Max(x2, r.Points[i]));
            (y1, y2) = (Math.Min(y1, r.Points[i + 1]), Math.Max(y2, r.Points[i + 1]));
        }
        return (x2 - x1) * (y2 - y1);
    }

    private static double[] Pick(double[] points, IReadOnlyList<int> joints)
    {
        var picked = new double[3 * joints.Count];
        for (var k = 0; k < joints.Count; k++) { points.AsSpan(3 * joints[k], 3).CopyTo(picked.AsSpan(3 * k)); }
        return picked;
    }

    private static int CountPositive(double[] points)
    {
        var count = 0;
        for (var i = 2; i < points.Length; i += 3) { count += points[i] > 0 ? 1 : 0; }
        return count;
    }
}
