using EdgePose.Domain;
using EdgePose.Workshop.Evaluation.Data;

namespace EdgePose.Workshop.Evaluation.Keypoints;

/// <summary>
/// What is measured: which joints of the data set and by which rules. Plain key-points follow pycocotools, CrowdPose and the parts of
/// COCO-WholeBody follow jin-s13/xtcocoapi:xtcocotools/cocoeval.py.
/// </summary>
internal sealed record KeypointTask
{
    /// <summary>The share of a box that counts as the person's area where none is annotated.</summary>
    public const double AreaOfBox = 0.53;

    /// <summary>keypoints, crowd, body, foot, face, lefthand, righthand or wholebody.</summary>
    public required string Name { get; init; }

    /// <summary>Joints of the data set, in evaluation order.</summary>
    public required IReadOnlyList<int> Joints { get; init; }

    /// <summary>The data set's constants of these joints.</summary>
    public required double[] Sigmas { get; init; }

    /// <summary>Count the labelled joints again, over <see cref="Joints"/> alone, instead of using the file's number.</summary>
    public bool Recount { get; init; }

    /// <summary>Leave out detections without any joint of a positive score.</summary>
    public bool DropEmpty { get; init; }

    /// <summary>False: the area is <see cref="AreaOfBox"/> of the box even where one is annotated.</summary>
    public bool UseArea { get; init; } = true;

    /// <summary>Index into <see cref="PersonResult.PartScores"/>; -1 = the instance score.</summary>
    public int PartScore { get; init; } = -1;

    /// <summary>All joints of the data set, or those that <paramref name="common"/> lists.</summary>
    public static KeypointTask Plain(Dataset dataset, IReadOnlyList<int>? common = null)
    {
        var joints = common ?? [.. Enumerable.Range(0, dataset.Skeleton.Count)];
        var crowd = dataset.IsCrowdPose;
        return new KeypointTask
        {
            Name = crowd ? "crowd" : "keypoints", Joints = joints, Sigmas = SigmasOf(dataset.Skeleton, joints),
            Recount = joints.Count < dataset.Skeleton.Count, DropEmpty = crowd, UseArea = !crowd,
        };
    }

    /// <summary>The six parts that COCO-WholeBody reports, whole body last.</summary>
    public static IReadOnlyList<KeypointTask> WholeBody(bool useArea = true)
    {
        (string Name, int First, int Count, int Score)[] parts =
            [("body", 0, 17, 0), ("foot", 17, 6, 1), ("face", 23, 68, 2), ("lefthand", 91, 21, 3), ("righthand", 112, 21, 4), ("wholebody", 0, 133, 5)];
        return
        [
            .. parts.Select(p =>
            {
                int[] joints = [.. Enumerable.Range(p.First, p.Count)];
                return new KeypointTask
                {
                    Name = p.Name, Joints = joints, Sigmas = SigmasOf(Skeletons.CocoWholeBody133, joints), Recount = true, DropEmpty = true,
                    UseArea = useArea, PartScore = p.Score,
                };
            }),
        ];
    }

    // Through decimal: .079f is meant to be .079.
    private static double[] SigmasOf(Skeleton skeleton, IReadOnlyList<int> joints) => [.. joints.Select(j => (double)(decimal)skeleton.Sigmas[j])];
}
