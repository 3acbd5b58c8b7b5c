using System.Globalization;
using EdgePose.Domain;
using EdgePose.Networks.Models;
using EdgePose.Networks.Runtime;
using EdgePose.Streams;
using EdgePose.Workshop.Evaluation.Data;
using EdgePose.Workshop.Evaluation.Keypoints;

namespace EdgePose.Workshop.Evaluation;

/// <summary>
/// Runs two models over the same pictures in one run and measures their difference. How hard the pictures are meets both alike, so that far
/// fewer of them show a difference than two runs of <c>eval</c> with an interval each.
/// </summary>
internal static class PairedEvaluation
{
    private const int Resamples = 1000;
    private const int Seed = 1;
    private const double Level = 0.95;

    /// <param name="request">Data set and options; its model is the first one.</param>
    /// <param name="second">Name of the other model. Options that only one kind of network knows go to models of that kind.</param>
    /// <param name="progress">Pictures done.</param>
    /// <param name="time">Clock.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <exception cref="UserError">Data set, pictures or models cannot be used.</exception>
    public static async Task<ComparisonReport> RunAsync(
        DatasetRequest request, string second, IProgress<EvalProgress> progress, TimeProvider time, CancellationToken stop)
    {
        var dataset = DatasetReader.Read(request.Annotations);
        if (request.Subset > 0) { dataset = dataset.Take(request.Subset); }
        if (!Directory.Exists(request.Images)) { throw new UserError(ExitCode.Source, $"{request.Images} is no folder", "--images is the folder that holds the pictures"); }
        using var a = new Side(request, request.Models.Model, dataset);
        using var b = new Side(request, second, dataset);
        await FindAsync(request, dataset, a, b, progress, time, stop).ConfigureAwait(false);
        return Report(dataset, a, b, stop);
    }

    /// <summary>The report on what was found.</summary>
    internal static ComparisonReport Report(Dataset dataset, IFindings a, IFindings b, CancellationToken stop)
    {
        var task = Task(dataset, a.Skeleton, b.Skeleton);
        var (first, second) = (EvalImage.Prepare(dataset, a.Results, task), EvalImage.Prepare(dataset, b.Results, task));
        var (one, other) = (Figures(a, first, dataset), Figures(b, second, dataset));
        var interval = Bootstrap.OfDifference(new Bootstrap(second), new Bootstrap(first), Resamples, Seed, Level, stop);
        var difference = new ApDifference(other.Ap - one.Ap, interval?.Low, interval?.High, Level, Resamples, Seed);
        return new ComparisonReport
        {
            Dataset = dataset.Path, DatasetSha256 = dataset.Sha256, Images = dataset.Images.Count, People = first.Sum(i => i.People.Count(p => !p.Ignore)),
            Joints = [.. task.Joints.Select(j => dataset.Skeleton.Joints[j])], First = one, Second = other, Difference = difference,
            Verdict = Verdict(one.Run.Model.Name, other.Run.Model.Name, difference), Notes = Notes(dataset, task),
        };
    }

    /// <summary>As eval measures one model; over the joints that all three share where the models differ.</summary>
    private static KeypointTask Task(Dataset dataset, Skeleton a, Skeleton b)
    {
        if (a.Name == b.Name) { return KeypointMeasures.Whole(dataset, a); }
        int[] common = [.. KeypointMeasures.CommonJoints(dataset, a).Select(p => p.Data).Intersect(KeypointMeasures.CommonJoints(dataset, b).Select(p => p.Data))];
        return common.Length > 0 ? KeypointTask.Plain(dataset, common) : throw new UserError(ExitCode.Model, $"{a.Name} and {b.Name} share no joint of {dataset.Path}");
    }

    private static ComparedModel Figures(IFindings side, IReadOnlyList<EvalImage> images, Dataset dataset)
    {
        var s = KeypointScores.Of(images);
        return new ComparedModel(side.Describe(dataset.Images.Count), s.Ap, s.Ap50, s.Ap75, s.Ar, side.Results.Count, side.MedianMs);
    }

    private static string Verdict(string first, string second, ApDifference d)
    {
        var interval = d is { Low: { } low, High: { } high } ? string.Create(CultureInfo.InvariantCulture, $" ({100 * low:0.0} .. {100 * high:0.0} with 95 % confidence)") : "";
        var points = string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(100 * d.Ap):0.0} points of AP");
        if (!d.IsShown) { return $"no difference is shown: {second} is {points} {(d.Ap < 0 ? "below" : "above")} {first}{interval}"; }
        return $"{second} is {(d.Ap < 0 ? "worse" : "better")} than {first} by {points}{interval}";
    }

    private static List<string> Notes(Dataset dataset, KeypointTask task) => task.Joints.Count >= dataset.Skeleton.Count ? []
        : [$"only the {task.Joints.Count} joints of {dataset.Skeleton.Name} that both models have are evaluated; people are counted by these joints, so the figures do not compare with published ones"];

    private static async Task FindAsync(
        DatasetRequest request, Dataset dataset, Side a, Side b, IProgress<EvalProgress> progress, TimeProvider time, CancellationToken stop)
    {
        var (decoder, people) = (new PictureDecoder(new FfmpegTools(), time), dataset.People.ToLookup(p => p.Image));
        progress.Report(new EvalProgress(0, dataset.Images.Count));
        for (var i = 0; i < dataset.Images.Count; i++)
        {
            var image = dataset.Images[i];
            var (sizeOfA, sizeOfB) = (a.Estimator.FrameSize(image.Width, image.Height), b.Estimator.FrameSize(image.Width, image.Height));
            var forA = await Decode(image, sizeOfA).ConfigureAwait(false);
            var forB = sizeOfA == sizeOfB ? forA : await Decode(image, sizeOfB).ConfigureAwait(false);
            // Turn and turn about: whoever comes second finds the picture in the caches.
            if (i % 2 == 0) { a.Find(forA, image, people[image.Id], time); }
            b.Find(forB, image, people[image.Id], time);
            if (i % 2 != 0) { a.Find(forA, image, people[image.Id], time); }
            progress.Report(new EvalProgress(i + 1, dataset.Images.Count));
        }

        Task<Frame> Decode(DatasetImage image, (int Width, int Height) size) => decoder.DecodeAsync(
            Path.Combine(request.Images, image.File), size.Width, size.Height, size != (image.Width, image.Height), stop);
    }

    /// <summary>What one model found.</summary>
    internal interface IFindings
    {
        Skeleton Skeleton { get; }
        IReadOnlyList<PersonResult> Results { get; }
        double MedianMs { get; }

        /// <summary>What ran.</summary>
        RunFigures Describe(int pictures);
    }

    /// <summary>One of the two models with what it has found so far.</summary>
    private sealed class Side : IFindings, IDisposable
    {
        private readonly EvalModels _models;
        private readonly bool _truthBoxes;
        private readonly ResultMaker _maker;
        private readonly PoseList _poses;
        private readonly List<PersonResult> _results = [];
        private readonly List<double> _times = [];

        public Side(DatasetRequest request, string name, Dataset dataset)
        {
            var task = TaskOf(name, request.Models.Folders);
            var (crops, options) = (task == ModelTask.TopDown, request.Models);
            _truthBoxes = crops && request.TruthBoxes;
            _models = new EvalModels(options with
            {
                Model = name,
                Detector = crops ? options.Detector : "",
                Flip = !crops && options.Flip,
                Refine = crops ? null : options.Refine,
                ShortSide = crops ? 0 : options.ShortSide,
            }, _truthBoxes);
            (Estimator, _poses) = (_models.ForPictures(), new PoseList(_models.Skeleton.Count));
            _maker = new ResultMaker(dataset, KeypointMeasures.CommonJoints(dataset, _models.Skeleton));
        }

        public PictureEstimator Estimator { get; }
        public Skeleton Skeleton => _models.Skeleton;
        public IReadOnlyList<PersonResult> Results => _results;
        public double MedianMs => _times.Count == 0 ? 0 : Math.Round(_times.Order().ElementAt(_times.Count / 2), 2);

        public RunFigures Describe(int pictures) => _models.Describe(_truthBoxes, TimeSpan.FromMilliseconds(_times.Sum()), pictures);

        public void Find(Frame frame, DatasetImage image, IEnumerable<DatasetPerson> people, TimeProvider time)
        {
            var scale = (X: (double)image.Width / frame.Width, Y: (double)image.Height / frame.Height);
            var boxes = _truthBoxes ? DatasetEvaluation.TruthBoxes(people, scale) : [];
            var from = time.GetTimestamp();
            Estimator.Estimate(frame, boxes, _poses);
            _times.Add(time.GetElapsedTime(from).TotalMilliseconds);
            for (var p = 0; p < _poses.Count; p++) { _results.Add(_maker.Make(image.Id, _poses[p], scale)); }
        }

        private static ModelTask TaskOf(string name, IReadOnlyList<string> folders)
        {
            using var store = ModelStore.Load(folders, new InferenceSettings());
            return store.Catalog.Get(name).Task;
        }

        public void Dispose() => _models.Dispose();
    }
}
