using System.Text.Json;
using EdgePose.Domain;

namespace EdgePose.Workshop.Evaluation.Data;

/// <summary>Detections in the form of COCO's results files.</summary>
internal static class ResultsFile
{
    /// <summary>Reads detections for <paramref name="dataset"/>; those of other categories are left out.</summary>
    /// <exception cref="UserError">Not such a file, or an entry does not fit the data set; names the place.</exception>
    public static IReadOnlyList<PersonResult> Read(string path, Dataset dataset)
    {
        var entries = DataFile.Parse(path, DataFile.Read(path), CocoJson.Default.ListCocoResult, "a COCO results file");
        var images = dataset.Images.Select(i => i.Id).ToHashSet();
        var results = new List<PersonResult>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i] is not { } r) { throw DataFile.Wrong(path, $"[{i}]: is null"); }
            if ((r.CategoryId ?? dataset.Category) != dataset.Category) { continue; }
            if (r.ImageId is not { } image || !images.Contains(image)) { throw DataFile.Wrong(path, $"[{i}]: image_id {r.ImageId} is not in {dataset.Path}"); }
            if (r.Score is not { } score || !double.IsFinite(score)) { throw DataFile.Wrong(path, $"[{i}]: needs a score"); }
            results.Add(new PersonResult
            {
                Image = image, Score = score, Points = Points(path, i, r, dataset), Box = r.Bbox is { Length: 4 } ? r.Bbox : null,
                PartScores = [r.BodyScore, r.FootScore, r.FaceScore, r.LefthandScore, r.RighthandScore, r.WholebodyScore],
            });
        }
        return results;
    }

    /// <summary>Writes detections; the file appears complete or not at all.</summary>
    public static void Write(string path, IReadOnlyList<PersonResult> results, Dataset dataset)
    {
        var entries = results.Select(r => dataset.IsWholeBody ? WholeBody(r, dataset) : Plain(r, r.Points, dataset)).ToList();
        var temporary = path + ".tmp";
        try
        {
            using (var stream = File.Create(temporary)) { JsonSerializer.Serialize(stream, entries, CocoJson.Default.ListCocoResult); }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Failed, $"{path} cannot be written: {e.Message}", "", e);
        }
    }

    private static CocoResult Plain(PersonResult r, double[] points, Dataset dataset) =>
        new() { ImageId = r.Image, CategoryId = dataset.Category, Keypoints = points, Score = r.Score, Bbox = r.Box };

    private static CocoResult WholeBody(PersonResult r, Dataset dataset) => new()
    {
        ImageId = r.Image, CategoryId = dataset.Category, Score = r.Score, Bbox = r.Box,
        Keypoints = r.Points[..51], FootKpts = r.Points[51..69], FaceKpts = r.Points[69..273], LefthandKpts = r.Points[273..336], RighthandKpts = r.Points[336..],
    };

    private static double[] Points(string path, int at, CocoResult r, Dataset dataset)
    {
        double[] points = dataset.IsWholeBody
            ? [.. r.Keypoints ?? [], .. r.FootKpts ?? [], .. r.FaceKpts ?? [], .. r.LefthandKpts ?? [], .. r.RighthandKpts ?? []]
            : r.Keypoints ?? [];
        if (points.Length != 3 * dataset.Skeleton.Count) { throw DataFile.Wrong(path, $"[{at}]: has {points.Length} key-point values, {3 * dataset.Skeleton.Count} are expected"); }
        if (!points.All(double.IsFinite)) { throw DataFile.Wrong(path, $"[{at}]: has a key-point that is not finite"); }
        return points;
    }
}
