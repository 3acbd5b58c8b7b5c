using System.Text.Json.Serialization;
using EdgePose.Settings;
using EdgePose.Delivery.Documents;

namespace EdgePose.Service.Observe;

/// <summary>Body of the health addresses.</summary>
internal sealed record HealthDocument(NodeState State, IReadOnlyList<string> Reasons);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(SnakeCaseEnum<NodeState>)])]
[JsonSerializable(typeof(HealthDocument))]
internal sealed partial class HealthJson : JsonSerializerContext
{
    /// <summary>With texts as people read them.</summary>
    public static HealthJson Plain => field ??= new(PlainJson.Like(Default.Options));
}
