using EdgePose.Domain;
using EdgePose.Streams;
using EdgePose.Workshop.Evaluation.Data;

namespace EdgePose.Workshop.Evaluation;

/// <summary>Runs networks over the pictures of a data set and measures what they find.</summary>
internal static class DatasetEvaluation
{
    /// <exception cref="UserError">Data set, pictures or models cannot be used.</exception>
    public static async Task<KeypointReport> RunAsync(DatasetRequest request, IProgress<EvalProgress> progress, TimeProvider time, CancellationToken stop)
    {
        var dataset = DatasetReader.Read(request.Annotations);
        if (request.Subset > 0) { dataset = dataset.Take(request.Subset); }
        if (!Directory.Exists(request.Images)) { throw new UserError(ExitCode.Source, $"{request.Images} is no folder", "--images is the folder that holds the pictures"); }
        using var models = new EvalModels(request.Models, request.TruthBoxes);
        var common = KeypointMeasures.CommonJoints(dataset, models.Skeleton);
        var started = time.GetTimestamp();
        var results = await DetectAsync(request, dataset, models.ForPictures(), common, progress, time, stop).ConfigureAwait(false);
        var elapsed = time.GetElapsedTime(started);
        if (request.Detections.Length > 0) { ResultsFile.Write(request.Detections, results, dataset); }
        return KeypointMeasures.Report(dataset, results, models.Skeleton, stop) with
        {
            Run = models.Describe(request.TruthBoxes, elapsed, dataset.Images.Count),
        };
    }

    /// <summary>Measures detections that are already there, in COCO's results form.</summary>
    /// <param name="annotations">COCO key-point file.</param>
    /// <param name="results">COCO results file.</param>
    /// <param name="subset">Only the first pictures by id; 0 = all.</param>
    /// <param name="model">Model that made them, whose joints alone are evaluated; empty = one with all joints.</param>
    /// <param name="folders">Further folders of descriptors.</param>
    /// <param name="stop">Ends the work early.</param>
    public static KeypointReport Measure(
        string annotations, string results, int subset, string model, IReadOnlyList<string> folders, CancellationToken stop)
    {
        var dataset = DatasetReader.Read(annotations);
        var skeleton = model.Length > 0 ? EvalModels.SkeletonOf(model, folders) : dataset.Skeleton;
        var found = ResultsFile.Read(results, dataset);
        if (subset > 0)
        {
            dataset = dataset.Take(subset);
            var ids = dataset.Images.Select(i => i.Id).ToHashSet();
            found = [.. found.Where(r => ids.Contains(r.Image))];
        }
        return KeypointMeasures.Report(dataset, found, skeleton, stop);
    }

    private static async Task<IReadOnlyList<PersonResult>> DetectAsync(
        DatasetRequest request, Dataset dataset, PictureEstimator estimator, IReadOnlyList<(int Data, int Model)> common,
        IProgress<EvalProgress> progress, TimeProvider time, CancellationToken stop)
    {
        var decoder = new PictureDecoder(new FfmpegTools(), time);
        var people = dataset.People.ToLookup(p => p.Image);
        var (results, poses) = (new List<PersonResult>(), new PoseList(estimator.Skeleton.Count));
        var writer = new ResultMaker(dataset, common);
        progress.Report(new EvalProgress(0, dataset.Images.Count));
        // One picture is decoded while the networks work on the one before.
        var next = Decode(0);
        for (var i = 0; i < dataset.Images.Count; i++)
        {
            var (image, frame) = (dataset.Images[i], await next.ConfigureAwait(false));
            next = i + 1 < dataset.Images.Count ? Decode(i + 1) : next;
            var scale = (X: (double)image.Width / frame.Width, Y: (double)image.Height / frame.Height);
            estimator.Estimate(frame, request.TruthBoxes ? TruthBoxes(people[image.Id], scale) : [], poses);
            for (var p = 0; p < poses.Count; p++) { results.Add(writer.Make(image.Id, poses[p], scale)); }
            progress.Report(new EvalProgress(i + 1, dataset.Images.Count));
        }
        return results;

        Task<Frame> Decode(int at)
        {
            var image = dataset.Images[at];
            var (width, height) = estimator.FrameSize(image.Width, image.Height);
            return decoder.DecodeAsync(Path.Combine(request.Images, image.File), width, height, (width, height) != (image.Width, image.Height), stop);
        }
    }

    /// <summary>The boxes that count: of people, not of crowds, with a labelled joint.</summary>
    internal static IReadOnlyList<Detection> TruthBoxes(IEnumerable<DatasetPerson> people, (double X, double Y) scale) =>
    [
        .. people.Where(p => !p.IsCrowd && p.Labelled > 0).Select(p => new Detection(
            new Box((float)(p.Box[0] / scale.X), (float)(p.Box[1] / scale.Y), (float)((p.Box[0] + p.Box[2]) / scale.X), (float)((p.Box[1] + p.Box[3]) / scale.Y)), 1)),
    ];
}
