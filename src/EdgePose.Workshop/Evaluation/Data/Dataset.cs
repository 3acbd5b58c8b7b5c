using EdgePose.Domain;

namespace EdgePose.Workshop.Evaluation.Data;

/// <summary>A picture of a data set. <paramref name="CrowdIndex"/> only in CrowdPose, <paramref name="FrameIndex"/> only in clips.</summary>
internal sealed record DatasetImage(long Id, string File, int Width, int Height, double? CrowdIndex, int? FrameIndex);

/// <summary>A ground-truth person, in pixels of the picture.</summary>
internal sealed record DatasetPerson
{
    public required long Id { get; init; }
    public required long Image { get; init; }

    /// <summary>x, y, width, height.</summary>
    public required double[] Box { get; init; }

    /// <summary>Mask area; null in data sets that have none (CrowdPose).</summary>
    public required double? Area { get; init; }
    public required bool IsCrowd { get; init; }

    /// <summary>The file's own count of labelled joints; of whole-body sets that of the body.</summary>
    public required int Labelled { get; init; }

    /// <summary>x, y, v for each joint of <see cref="Dataset.Skeleton"/>; v = 0 is not labelled.</summary>
    public required double[] Points { get; init; }

    /// <summary>0.6 x diagonal of the head rectangle; 0 when the data set gives none.</summary>
    public double HeadSize { get; init; }
    public long Track { get; init; }

    /// <summary>Share of the person inside the frame; 1 when the data set does not say.</summary>
    public double Inside { get; init; } = 1;
}

/// <summary>A key-point data set in memory: people of one category with one joint layout.</summary>
internal sealed record Dataset
{
    public required string Path { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the annotation file.</summary>
    public required string Sha256 { get; init; }

    /// <summary>In ascending order of the id, which is the order in which COCO's evaluation accumulates.</summary>
    public required IReadOnlyList<DatasetImage> Images { get; init; }

    /// <summary>In the order of the file.</summary>
    public required IReadOnlyList<DatasetPerson> People { get; init; }
    public required Skeleton Skeleton { get; init; }

    /// <summary>Id of the category that the people belong to.</summary>
    public required long Category { get; init; }

    /// <summary>True for CrowdPose, whose pictures carry a crowd index and whose people carry no area.</summary>
    public bool IsCrowdPose => Images.Any(i => i.CrowdIndex is not null);

    /// <summary>True for COCO-WholeBody with its 133 joints.</summary>
    public bool IsWholeBody => Skeleton == Skeletons.CocoWholeBody133;

    /// <summary>The first <paramref name="count"/> pictures by id with their people.</summary>
    public Dataset Take(int count)
    {
        var images = Images.Take(count).ToArray();
        var ids = images.Select(i => i.Id).ToHashSet();
        return this with { Images = images, People = [.. People.Where(p => ids.Contains(p.Image))] };
    }
}
