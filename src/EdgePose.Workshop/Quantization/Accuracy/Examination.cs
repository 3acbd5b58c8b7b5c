using EdgePose.Domain;
using EdgePose.Workshop.Evaluation;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Evaluation.Keypoints;
using EdgePose.Workshop.Quantization.Engines;

namespace EdgePose.Workshop.Quantization.Accuracy;

/// <summary>Examines candidates against a float model on the same pictures.</summary>
internal sealed class Examination
{
    private const int Resamples = 1000;
    private const int Seed = 1;
    private const double Level = 0.95;

    private readonly AgreementRule _agreement;
    private readonly ModelDescriptor _model;
    private readonly EvalSet _set;
    private readonly SureJoints _rule;
    private readonly Dataset _exactTruth;
    private readonly double? _apFloat;

    /// <param name="model">The float model.</param>
    /// <param name="set">Pictures and, where there is one, ground truth.</param>
    /// <param name="exact">What the float model finds.</param>
    /// <param name="harmless">What it finds after each harmless change of the pictures.</param>
    public Examination(
        ModelDescriptor model, EvalSet set, IReadOnlyList<IReadOnlyList<Person>> exact, params ReadOnlySpan<IReadOnlyList<IReadOnlyList<Person>>> harmless)
    {
        (_model, _set, Exact, _rule) = (model, set, exact, SureJoints.Of(model, exact));
        var likenesses = new List<Likeness>(harmless.Length);
        foreach (var found in harmless) { likenesses.Add(Accuracy.Likeness.Of(model, exact, found)); }
        _agreement = new AgreementRule(model.Task == ModelTask.Detect, likenesses);
        _exactTruth = AsTruth(exact);
        _apFloat = set.Truth is { } truth ? Ap(truth, exact) : null;
    }

    public IReadOnlyList<IReadOnlyList<Person>> Exact { get; }

    /// <summary>People that AP or the agreement counts.</summary>
    public int People => _set.Truth?.People.Count(p => !p.IsCrowd && (_model.Task == ModelTask.Detect || p.Labelled > 0)) ?? _exactTruth.People.Count;

    /// <summary>Inputs of the network that are compared.</summary>
    public int Inputs => _set.InputsOf(_model.Task);

    public double? ApFloat => _apFloat;

    /// <summary>How far harmless changes unsettle the float model.</summary>
    public IReadOnlyList<Likeness> Harmless => _agreement.Harmless;

    /// <summary>ap, box_ap, oks or boxes: what decides.</summary>
    public string Measure => (_model.Task, _set.Truth) switch
    {
        (ModelTask.Detect, not null) => "box_ap",
        (ModelTask.Detect, null) => "boxes",
        (_, not null) => "ap",
        _ => "oks",
    };

    public Exam Examine(IReadOnlyList<IReadOnlyList<Person>> found, CancellationToken stop)
    {
        var likeness = Accuracy.Likeness.Of(_model, Exact, found);
        return new Exam
        {
            ApFloat = _apFloat, ApQuantized = _set.Truth is { } truth ? Ap(truth, found) : null, Loss = LossInterval(found, stop),
            ApAgainstFloat = Ap(_exactTruth, [.. found.Select(Sure)]), Likeness = likeness, Agreement = _agreement.Judge(likeness, stop),
        };
    }

    /// <summary>Those who would be truth themselves: against its own predictions the float model has an AP of 1.</summary>
    private Person[] Sure(IReadOnlyList<Person> people) => [.. people.Where(p => _model.Task == ModelTask.Detect ? p.Score >= _model.Decode.ScoreThreshold : _rule.IsSure(p))];

    /// <summary>Interval of the points of AP lost, by drawing pictures with replacement for both models alike; null without ground truth.</summary>
    private Interval? LossInterval(IReadOnlyList<IReadOnlyList<Person>> found, CancellationToken stop)
    {
        if (_set.Truth is not { } truth) { return null; }
        var interval = Bootstrap.OfDifference(new Bootstrap(Prepare(truth, Exact)), new Bootstrap(Prepare(truth, found)), Resamples, Seed, Level, stop);
        return interval is { } i ? new Interval(100 * i.Low, 100 * i.High) : null;
    }

    private double Ap(Dataset truth, IReadOnlyList<IReadOnlyList<Person>> found) => KeypointScores.Of(Prepare(truth, found)).Ap;

    private IReadOnlyList<EvalImage> Prepare(Dataset truth, IReadOnlyList<IReadOnlyList<Person>> found)
    {
        if (_model.Task == ModelTask.Detect) { return EvalImage.PrepareBoxes(truth, Results(found, AsBox)); }
        var skeleton = Skeletons.Get(_model.Skeleton);
        var maker = new ResultMaker(truth, KeypointMeasures.CommonJoints(truth, skeleton));
        return KeypointMeasures.Prepare(truth, Results(found, (id, p) => maker.Make(id, AsPose(p), (1, 1))), skeleton);
    }

    private List<PersonResult> Results(IReadOnlyList<IReadOnlyList<Person>> found, Func<long, Person, PersonResult> make) =>
        [.. found.SelectMany((people, i) => people.Select(p => make(_set.Ids[i], p)))];

    private static PersonResult AsBox(long id, Person p) => new() { Image = id, Points = [], Score = p.Score, Box = [p.Box.X1, p.Box.Y1, p.Box.Width, p.Box.Height] };

    private static Pose AsPose(Person person)
    {
        var pose = new Pose(person.Points.Length) { Score = person.Score, Box = person.Box };
        person.Points.CopyTo(pose.Points.AsSpan());
        return pose;
    }

    /// <summary>The float model's sure people as a data set.</summary>
    private Dataset AsTruth(IReadOnlyList<IReadOnlyList<Person>> exact)
    {
        var people = new List<DatasetPerson>();
        for (var i = 0; i < exact.Count; i++)
        {
            foreach (var person in Sure(exact[i]))
            {
                people.Add(_model.Task == ModelTask.Detect ? Entry(i, people.Count, [person.Box.X1, person.Box.Y1, person.Box.Width, person.Box.Height], [])
                    : Entry(i, people.Count, _rule.BoxOf(person), _rule.AsTruth(person)));
            }
        }
        return new Dataset
        {
            Path = _model.Name, Sha256 = "", Category = 1, People = people,
            Images = [.. _set.Pictures.Select((p, i) => new DatasetImage(_set.Ids[i], p.Sample.Name, p.Width, p.Height, null, null))],
            Skeleton = _model.Task == ModelTask.Detect ? Skeletons.Coco17 : Skeletons.Get(_model.Skeleton),
        };
    }

    private DatasetPerson Entry(int picture, int at, double[] box, double[] points) => new()
    {
        Id = at + 1, Image = _set.Ids[picture], Box = box, Area = KeypointTask.AreaOfBox * box[2] * box[3], IsCrowd = false, Points = points,
        Labelled = points.Where((_, i) => i % 3 == 2).Count(v => v > 0),
    };
}
