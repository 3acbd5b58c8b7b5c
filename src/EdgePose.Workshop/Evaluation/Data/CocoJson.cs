using System.Text.Json.Serialization;

namespace EdgePose.Workshop.Evaluation.Data;

/// <summary>The parts of a COCO annotation file that evaluation reads; everything else in the file is skipped.</summary>
internal sealed class CocoFile
{
    public List<CocoImage>? Images { get; init; }
    public List<CocoAnnotation>? Annotations { get; init; }
    public List<CocoCategory>? Categories { get; init; }
}

internal sealed class CocoImage
{
    public long? Id { get; init; }
    public string? FileName { get; init; }
    public int? Width { get; init; }
    public int? Height { get; init; }

    /// <summary>CrowdPose only, 0..1.</summary>
    [JsonPropertyName("crowdIndex")]
    public double? CrowdIndex { get; init; }

    /// <summary>Clips only: index of the frame, from 0.</summary>
    public int? FrameIndex { get; init; }
}

internal sealed class CocoCategory
{
    public long? Id { get; init; }
    public string? Name { get; init; }
    public List<string>? Keypoints { get; init; }
}

/// <summary>A ground-truth person. Points are x, y, v; v = 0 is not labelled.</summary>
internal sealed class CocoAnnotation
{
    public long? Id { get; init; }
    public long? ImageId { get; init; }
    public long? CategoryId { get; init; }
    public double[]? Bbox { get; init; }
    public double? Area { get; init; }
    public int? Iscrowd { get; init; }
    public int? NumKeypoints { get; init; }
    public double[]? Keypoints { get; init; }
    public double[]? FootKpts { get; init; }
    public double[]? FaceKpts { get; init; }
    public double[]? LefthandKpts { get; init; }
    public double[]? RighthandKpts { get; init; }

    /// <summary>PoseTrack's head rectangle x, y, w, h.</summary>
    public double[]? BboxHead { get; init; }

    /// <summary>Clips only: identity through the clip.</summary>
    public long? TrackId { get; init; }

    /// <summary>Clips only: share of the person inside the frame.</summary>
    public double? Inside { get; init; }
}

/// <summary>One entry of a COCO results file.</summary>
internal sealed class CocoResult
{
    public long? ImageId { get; init; }
    public long? CategoryId { get; init; }
    public double[]? Keypoints { get; init; }
    public double[]? FootKpts { get; init; }
    public double[]? FaceKpts { get; init; }
    public double[]? LefthandKpts { get; init; }
    public double[]? RighthandKpts { get; init; }
    public double? Score { get; init; }
    public double? WholebodyScore { get; init; }
    public double? BodyScore { get; init; }
    public double? FootScore { get; init; }
    public double? FaceScore { get; init; }
    public double? LefthandScore { get; init; }
    public double? RighthandScore { get; init; }
    public double[]? Bbox { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CocoFile))]
[JsonSerializable(typeof(List<CocoResult>))]
internal sealed partial class CocoJson : JsonSerializerContext;
