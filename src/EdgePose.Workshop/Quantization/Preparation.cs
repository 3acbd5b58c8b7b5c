using EdgePose.Domain;
using EdgePose.Networks;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Workshop.Evaluation;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Quantization.Accuracy;
using EdgePose.Workshop.Quantization.Engines;
using EdgePose.Workshop.Quantization.Pictures;

namespace EdgePose.Workshop.Quantization;

/// <summary>The pictures of a run: looked at, found to be of use, and kept apart.</summary>
/// <param name="Calibration">Pictures that give the ranges; crops are limited in number.</param>
/// <param name="Evaluation">Pictures that measure.</param>
/// <param name="Boxes">Where the boxes of the evaluation come from; null unless the model is top-down.</param>
internal sealed record PreparedPictures(IReadOnlyList<SurveyedSample> Calibration, EvalSet Evaluation, string? Boxes);

/// <summary>Finds and surveys the pictures of a request.</summary>
internal sealed class Preparation(QuantizeRequest request, SourceModel source, INetwork network, FrameFeed feed, Stages stages, TimeProvider time, CancellationToken stop)
{
    /// <summary>Without other pictures every fifth one is held out, or as many as evidence needs.</summary>
    private const int HoldOutEach = 5;

    /// <summary>More than the least evidence, because not every picture has somebody in it.</summary>
    private const double HeldOutSpare = 1.28;

    /// <summary>Of few pictures this share is held out at most: the others have to give the ranges.</summary>
    private const double MostHeldOut = 0.625;

    /// <summary>Less than one picture in so many with somebody in it: a calibration set that says nothing about people.</summary>
    private const int LeastWithPeople = 10;

    /// <summary>Crops for each calibration picture, in the mean.</summary>
    private const int CropsEach = 2;

    /// <exception cref="UserError">Pictures are missing, shared between both sets, or without people.</exception>
    public async Task<PreparedPictures> RunAsync()
    {
        var (finder, carve) = (new SampleFinder(time), request.Annotations.Length == 0 && request.Images.Count == 0);
        var dataset = request.Annotations.Length > 0 ? Read() : null;
        var samples = await finder.FindAsync(request.Calibrate, carve ? request.Count + Math.Max(request.Count / (HoldOutEach - 1), ToHoldOut) : request.Count, stop).ConfigureAwait(false);
        var held = dataset is null && !carve ? await finder.FindAsync(request.Images, ToHoldOut, stop).ConfigureAwait(false) : [];
        using var detector = OpenDetector();
        var surveyor = Surveyor(detector?.Session);
        var calibration = Disjoint.Unique(surveyor.Survey(samples, detector?.Threshold ?? 0, null, stages.Start("looking at the calibration pictures"), stop));
        RequirePeople(calibration, detector?.Name ?? source.Model.Name);
        var evaluation = dataset is not null ? Annotated(dataset, surveyor)
            : HeldOut(carve ? null : surveyor.Survey(held, detector?.Threshold ?? 0, null, stages.Start("looking at the evaluation pictures"), stop), ref calibration);
        Disjoint.Require(calibration, evaluation.Pictures);
        var boxes = source.Model.Task != ModelTask.TopDown ? null : dataset is not null && request.TruthBoxes ? "gt" : detector?.Name;
        return new PreparedPictures(LimitCrops(calibration), evaluation, boxes);
    }

    private Dataset Read()
    {
        var dataset = DatasetReader.Read(request.Annotations);
        if (source.Model.Task != ModelTask.Detect) { KeypointMeasures.CommonJoints(dataset, Skeletons.Get(source.Model.Skeleton)); }
        if (request.Images is not [var folder] || !Directory.Exists(folder))
        {
            throw new UserError(ExitCode.Source, $"--images {string.Join(' ', request.Images)} is not one folder", "--images is the folder that holds the pictures of --eval");
        }
        return request.Subset > 0 ? dataset.Take(request.Subset) : dataset;
    }

    private EvalSet Annotated(Dataset dataset, Surveyor surveyor)
    {
        var people = dataset.People.ToLookup(p => p.Image);
        Sample[] samples = [.. dataset.Images.Select(i => new Sample(Path.Combine(request.Images[0], i.File)))];
        Func<int, IReadOnlyList<Detection>>? given = source.Model.Task == ModelTask.TopDown && request.TruthBoxes
            ? at => DatasetEvaluation.TruthBoxes(people[dataset.Images[at].Id], (1, 1)) : null;
        var surveyed = surveyor.Survey(samples, Engine.DetectionsFrom, given, stages.Start("looking at the evaluation pictures"), stop);
        for (var i = 0; i < surveyed.Count; i++)
        {
            var (s, image) = (surveyed[i], dataset.Images[i]);
            if ((s.Width, s.Height) == (image.Width, image.Height)) { continue; }
            throw new UserError(ExitCode.Source, $"{s.Sample.Path}: the picture is {s.Width}x{s.Height}, its annotation says {image.Width}x{image.Height}");
        }
        return new EvalSet(surveyed, [.. dataset.Images.Select(i => i.Id)], dataset);
    }

    /// <summary>Pictures to hold out where there are enough.</summary>
    private int ToHoldOut => request.Subset > 0 ? request.Subset : (int)(HeldOutSpare * Math.Max(request.Evidence.Inputs, request.Evidence.People));

    private EvalSet HeldOut(IReadOnlyList<SurveyedSample>? held, ref IReadOnlyList<SurveyedSample> calibration)
    {
        if (held is null)
        {
            if (calibration.Count < HoldOutEach)
            {
                throw new UserError(ExitCode.Source, $"{calibration.Count} different pictures are too few to hold some out for evaluation", "give more pictures, or others with --images");
            }
            var share = Math.Max(calibration.Count / HoldOutEach, Math.Min(ToHoldOut, (int)(MostHeldOut * calibration.Count)));
            (calibration, held) = Disjoint.Divide(calibration, share);
        }
        return new EvalSet(held, [.. Enumerable.Range(1, held.Count).Select(i => (long)i)], null);
    }

    private void RequirePeople(IReadOnlyList<SurveyedSample> calibration, string finder)
    {
        var with = calibration.Count(s => s.HasPerson);
        if (with * LeastWithPeople < calibration.Count || with == 0)
        {
            throw QuantizeVerdict.NobodyThere(source.Model.Name, [.. request.Calibrate.Select(NameOf)], with, calibration.Count, finder);
        }
    }

    /// <summary>A crowd must not decide the ranges alone: each picture gives its best boxes, about two of them.</summary>
    private IReadOnlyList<SurveyedSample> LimitCrops(IReadOnlyList<SurveyedSample> calibration)
    {
        if (source.Model.Task != ModelTask.TopDown) { return calibration; }
        var most = Math.Max(1, CropsEach * calibration.Count / Math.Max(1, calibration.Count(s => s.Boxes.Count > 0)));
        return [.. calibration.Select(s => s with { Boxes = [.. s.Boxes.OrderByDescending(b => b.Score).Take(most)] })];
    }

    private Surveyor Surveyor(OrtSession? detector) => source.Model.Task == ModelTask.TopDown
        ? new Surveyor(feed, source.Model, null, detector is null ? null : EstimatorFactory.Detector(detector, Engine.DetectionsFrom))
        : new Surveyor(feed, source.Model, new Engine(network, source.StaticSize), null);

    /// <summary>The detector for the calibration crops; null unless the model is top-down.</summary>
    private OpenedDetector? OpenDetector()
    {
        if (source.Model.Task != ModelTask.TopDown) { return null; }
        using var store = ModelStore.Load(request.Folders, new InferenceSettings { Providers = ["cpu"] });
        var model = store.Catalog.Get(request.Detector);
        if (model.Task != ModelTask.Detect) { throw new UserError(ExitCode.Model, $"{model.Name} is a pose model, not a person detector"); }
        var session = NetworkFactory.Open(model, ModelFile.ReadVerified(model), new InferenceSettings { Providers = ["cpu"] });
        return new OpenedDetector(model.Name, model.Decode.ScoreThreshold, session);
    }

    public static string NameOf(string source) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)));

    private sealed record OpenedDetector(string Name, float Threshold, OrtSession Session) : IDisposable
    {
        public void Dispose() => Session.Dispose();
    }
}
