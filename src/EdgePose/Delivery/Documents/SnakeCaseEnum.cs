using System.Text.Json.Serialization;

namespace EdgePose.Delivery.Documents;

/// <summary>Enum values as snake_case words.</summary>
internal sealed class SnakeCaseEnum<T>() : JsonStringEnumConverter<T>(System.Text.Json.JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
