using System.Text.Json.Serialization;
using EdgePose.Domain;
using EdgePose.Events.Scenes;

namespace EdgePose.Events.Recording;

/// <summary>What a <c>.poses</c> file says about itself, as JSON at its beginning; readable with <c>head -1</c>.</summary>
internal sealed record RecordingHeader
{
    public const int CurrentFormat = 1;
    private const int LongestText = 256, LongestAbsenceMs = 24 * 60 * 60 * 1000;

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

    /// <summary>Whether the values are such as the program writes; they come from a file, which anybody may have written.</summary>
    [JsonIgnore]
    public bool IsPlausible =>
        new[] { Stream, Skeleton, Model, ConfigHash, Program, Session }.All(t => t is { Length: <= LongestText } && !t.Any(char.IsControl))
        && float.IsFinite(JointThreshold) && LostAfterMs is >= 0 and <= LongestAbsenceMs && Part >= 1;

    /// <summary>The header of a recording that begins now.</summary>
    public static RecordingHeader Begin(PoseFacts poses) => new()
    {
        Stream = poses.Stream, Skeleton = poses.Skeleton.Name, Joints = poses.Skeleton.Count, JointThreshold = poses.JointThreshold,
        LostAfterMs = (int)poses.LostAfter.TotalMilliseconds, Session = Guid.NewGuid().ToString("N")[..8], Part = 1,
    };

    /// <summary>What it says of the poses, so that a recording is judged as it was when it was made.</summary>
    /// <param name="stream">Whose rules judge; it may be another than the one that was recorded.</param>
    public PoseFacts Poses(string stream) => new(stream, Skeletons.Get(Skeleton, Joints))
    {
        JointThreshold = JointThreshold, LostAfter = TimeSpan.FromMilliseconds(LostAfterMs),
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RecordingHeader))]
internal sealed partial class RecordingJson : JsonSerializerContext;
