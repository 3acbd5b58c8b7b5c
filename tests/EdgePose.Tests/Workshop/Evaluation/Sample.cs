using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Tests.Workshop.Evaluation;

/// <summary>Small data sets made in the test.</summary>
internal sealed class Sample(Skeleton? skeleton = null)
{
    private readonly List<DatasetImage> _images = [];
    private readonly List<DatasetPerson> _people = [];
    private readonly List<PersonResult> _results = [];

    public Skeleton Skeleton { get; } = skeleton ?? Skeletons.Coco17;

    public Dataset Dataset => new()
    {
        Path = "sample.json", Sha256 = "", Skeleton = Skeleton, Category = 1, People = _people, Images = [.. _images.OrderBy(i => i.Id)],
    };

    public IReadOnlyList<PersonResult> Results => _results;

    public Sample Image(long id, double? crowdIndex = null)
    {
        _images.Add(new DatasetImage(id, $"{id}.jpg", 640, 480, crowdIndex, null));
        return this;
    }

    /// <summary>A person whose joints all lie at x, y, in a box of 100 x 100 around.</summary>
    public Sample Person(long image, double x, double y, double? area = 10000, bool crowd = false, int labelled = -1, double[]? points = null)
    {
        points ??= Points(x, y, 2);
        if (labelled == 0) { points = new double[points.Length]; }
        _people.Add(new DatasetPerson
        {
            Id = _people.Count + 1, Image = image, Box = [x - 50, y - 50, 100, 100], Area = area, IsCrowd = crowd,
            Labelled = labelled >= 0 ? labelled : Skeleton.Count, Points = points,
        });
        return this;
    }

    /// <summary>A detection whose joints all lie at x, y.</summary>
    public Sample Found(long image, double x, double y, double score, double side = 100, double[]? points = null, double?[]? parts = null)
    {
        _results.Add(new PersonResult { Image = image, Score = score, Points = points ?? Points(x, y, 1), Box = [x, y, side, side], PartScores = parts });
        return this;
    }

    public double[] Points(double x, double y, double v) => [.. Enumerable.Range(0, Skeleton.Count).SelectMany(_ => new[] { x, y, v })];

    public IReadOnlyList<EvalImage> Prepare(KeypointTask? task = null) => EvalImage.Prepare(Dataset, Results, task ?? KeypointTask.Plain(Dataset));

    public KeypointScores Scores(KeypointTask? task = null) => KeypointScores.Of(Prepare(task));
}
