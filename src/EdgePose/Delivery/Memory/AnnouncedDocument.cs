using System.Text.Json.Serialization;

namespace EdgePose.Delivery.Memory;

/// <summary>How <see cref="Announced"/> lies on disk.</summary>
/// <param name="Names">Notes by name.</param>
/// <param name="Numbers">Numbers by name.</param>
internal sealed record AnnouncedDocument(IReadOnlyDictionary<string, string> Names, IReadOnlyDictionary<string, long> Numbers);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AnnouncedDocument))]
internal sealed partial class AnnouncedJson : JsonSerializerContext;
