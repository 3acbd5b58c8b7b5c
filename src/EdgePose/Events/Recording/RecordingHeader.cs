using System.Text.Json.Serialization;

namespace EdgePose.Events.Recording;

/// <summary>What a <c>.poses</c> file says about itself, as JSON at its beginning; readable with <c>head -1</c>.</summary>
internal sealed record RecordingHeader
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;
    public required string Stream { get; init; }

    /// <summary>Joint layout by name, and the number of its joints as a check.</summary>
    public required string Skeleton { get; init; }
    public required int Joints { get; init; }

    /// <summary>Smallest joint score that counts as seen, on the pose model's own scale.</summary>
    public required float JointThreshold { get; init; }

    /// <summary>Absence after which a person is gone, in milliseconds.</summary>
    public required int LostAfterMs { get; init; }
    public string Model { get; init; } = "";
    public string ConfigHash { get; init; } = "";

    /// <summary>Version of the program that wrote the file.</summary>
    public string Program { get; init; } = "";

    /// <summary>Joins the parts of one run of one stream, numbered from 1.</summary>
    public required string Session { get; init; }
    public required int Part { get; init; }

    /// <summary>Number of the first block; blocks count on through all parts of a session.</summary>
    public uint FirstBlock { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RecordingHeader))]
internal sealed partial class RecordingJson : JsonSerializerContext;
