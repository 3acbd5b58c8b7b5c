using System.Runtime.InteropServices;
using EdgePose.Domain;

namespace EdgePose.Workshop.Evaluation.Data;

/// <summary>
/// Reads key-point annotations in COCO's form: COCO, CrowdPose, COCO-WholeBody, PoseTrack, and the ground truth of clips. The category
/// is the first one with key-point names, else the first one that people belong to.
/// </summary>
internal sealed class DatasetReader
{
    private readonly string _path;
    private readonly CocoFile _file;
    private readonly CocoCategory? _category;
    private readonly bool _wholeBody;
    private readonly Dictionary<long, DatasetImage> _images = [];

    private DatasetReader(string path, CocoFile file)
    {
        (_path, _file) = (path, file);
        _category = file.Categories?.FirstOrDefault(c => c?.Keypoints is { Count: > 0 }) ?? file.Categories?.FirstOrDefault(c => c?.Name == "person");
        _wholeBody = file.Annotations?.Any(a => a?.FootKpts is not null) ?? false;
    }

    /// <exception cref="UserError">Not such a file, or something in it makes no sense; names the place.</exception>
    public static Dataset Read(string path)
    {
        var bytes = DataFile.Read(path);
        var file = DataFile.Parse(path, bytes, CocoJson.Default.CocoFile, "a COCO annotation file");
        return new DatasetReader(path, file).Build(DataFile.Hash(bytes));
    }

    private Dataset Build(string hash)
    {
        if (_file.Images is not { Count: > 0 } images) { throw DataFile.Wrong(_path, "lists no images"); }
        if (_file.Annotations is not { } annotations) { throw DataFile.Wrong(_path, "has no annotations"); }
        for (var i = 0; i < images.Count; i++) { AddImage(images[i], i); }
        var category = _category?.Id ?? annotations.FirstOrDefault()?.CategoryId ?? 1;
        var skeleton = Layout(annotations);
        var (people, ids) = (new List<DatasetPerson>(annotations.Count), new HashSet<long>());
        for (var i = 0; i < annotations.Count; i++)
        {
            if (annotations[i] is not { } a) { throw Wrong(i, null, "is null"); }
            if ((a.CategoryId ?? category) != category) { continue; }
            if (a.Id is not { } id || !ids.Add(id)) { throw Wrong(i, a, a.Id is null ? "has no id" : "has the id of an earlier one"); }
            people.Add(Person(a, i, skeleton));
        }
        return new Dataset
        {
            Path = _path, Sha256 = hash, Skeleton = skeleton, Category = category, People = people,
            Images = [.. _images.Values.OrderBy(i => i.Id)],
        };
    }

    private void AddImage(CocoImage? image, int at)
    {
        if (image is not { Id: { } id, Width: > 0 and <= 65536, Height: > 0 and <= 65536 })
        {
            throw DataFile.Wrong(_path, $"images[{at}]: needs id, width and height");
        }
        var entry = new DatasetImage(id, image.FileName ?? "", image.Width.Value, image.Height.Value, image.CrowdIndex, image.FrameIndex);
        if (!_images.TryAdd(id, entry)) { throw DataFile.Wrong(_path, $"images[{at}]: has the id {id} of an earlier one"); }
    }

    private Skeleton Layout(List<CocoAnnotation> annotations)
    {
        if (_wholeBody) { return Skeletons.CocoWholeBody133; }
        var names = _category?.Keypoints;
        var joints = names?.Count ?? annotations.FirstOrDefault(a => a?.Keypoints is { Length: > 0 })?.Keypoints?.Length / 3 ?? 0;
        if (joints == 0) { throw DataFile.Wrong(_path, "has no key-points: it is no key-point data set"); }
        return JointNames.LayoutOf(names, joints) ?? throw new UserError(
            ExitCode.Source, $"{_path}: the joint layout ({(names is null ? $"{joints} joints" : string.Join(", ", names))}) is not known",
            $"known are {string.Join(", ", Skeletons.All.Select(s => s.Name))}");
    }

    private DatasetPerson Person(CocoAnnotation a, int at, Skeleton skeleton)
    {
        if (a.ImageId is not { } image || !_images.ContainsKey(image)) { throw Wrong(at, a, $"image_id {a.ImageId} is not among the images"); }
        if (a.Bbox is not { Length: 4 } box || !box.All(double.IsFinite) || box[2] < 0 || box[3] < 0) { throw Wrong(at, a, "bbox must be four finite numbers x, y, width, height"); }
        if (a.Area is { } area && !(area >= 0 && double.IsFinite(area))) { throw Wrong(at, a, "area must not be negative"); }
        var points = Points(a, at, skeleton);
        return new DatasetPerson
        {
            Id = a.Id!.Value, Image = image, Box = box, Area = a.Area, IsCrowd = a.Iscrowd is not (null or 0), Points = points,
            Labelled = a.NumKeypoints ?? MemoryMarshal.Cast<double, Triple>(points).ToArray().Count(p => p.V > 0),
            HeadSize = a.BboxHead is { Length: 4 } head ? 0.6 * Math.Sqrt(head[2] * head[2] + head[3] * head[3]) : 0,
            Track = a.TrackId ?? 0, Inside = a.Inside ?? 1,
        };
    }

    // Crowd regions may come without key-points.
    private double[] Points(CocoAnnotation a, int at, Skeleton skeleton)
    {
        double[]? points = !_wholeBody || a.Keypoints is null ? a.Keypoints
            : [.. a.Keypoints, .. a.FootKpts ?? new double[18], .. a.FaceKpts ?? new double[204], .. a.LefthandKpts ?? new double[63], .. a.RighthandKpts ?? new double[63]];
        if (points is null or { Length: 0 }) { return new double[3 * skeleton.Count]; }
        if (points.Length != 3 * skeleton.Count) { throw Wrong(at, a, $"has {points.Length} key-point values, {3 * skeleton.Count} are expected for {skeleton.Name}"); }
        if (!points.All(double.IsFinite)) { throw Wrong(at, a, "has a key-point that is not finite"); }
        return points;
    }

    private UserError Wrong(int at, CocoAnnotation? a, string what) =>
        DataFile.Wrong(_path, $"annotations[{at}]{(a?.Id is { } id ? $" (id {id})" : "")}: {what}");

    private readonly record struct Triple(double X, double Y, double V);
}
