using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Data;

namespace EdgePose.Workshop.Evaluation;

/// <summary>Poses in a model's layout and in frame pixels to results in the data set's layout and in pixels of the picture.</summary>
internal sealed class ResultMaker(Dataset dataset, IReadOnlyList<(int Data, int Model)> common)
{
    /// <param name="image">Id of the picture.</param>
    /// <param name="pose">Its joints that were not found become 0, 0, 0 as COCO writes them.</param>
    /// <param name="scale">Picture pixels per frame pixel.</param>
    public PersonResult Make(long image, Pose pose, (double X, double Y) scale)
    {
        var points = new double[3 * dataset.Skeleton.Count];
        foreach (var (data, model) in common)
        {
            var point = pose.Points[model];
            if (!point.IsFound) { continue; }
            (points[3 * data], points[3 * data + 1], points[3 * data + 2]) = (point.X * scale.X, point.Y * scale.Y, point.Score);
        }
        // Extents of the joints, which the published results have as boxes: they decide the detection's size class.
        var found = pose.TryGetExtents(float.NegativeInfinity, out var box, out _);
        return new PersonResult
        {
            Image = image, Points = points, Score = pose.Score,
            Box = found ? [box.X1 * scale.X, box.Y1 * scale.Y, box.Width * scale.X, box.Height * scale.Y] : [0, 0, 0, 0],
        };
    }
}
