using System.Text.Json.Serialization;
using EdgePose.Settings;

namespace EdgePose.Sinks.HomeAssistant;

// The abbreviated names are Home Assistant's own (home-assistant/core:homeassistant/components/mqtt/abbreviations.py); an absent field is left out.

internal sealed record Device(
    [property: JsonPropertyName("ids")] IReadOnlyList<string> Identifiers,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("mf")] string Manufacturer,
    [property: JsonPropertyName("mdl")] string Model,
    [property: JsonPropertyName("sw")] string Version);

internal sealed record Origin(string Name, [property: JsonPropertyName("sw")] string Version);

internal sealed record AvailabilityTopic(string Topic);

/// <summary>One entity of the device.</summary>
internal sealed record Component
{
    /// <summary>Platform: sensor, binary_sensor, event.</summary>
    public required string P { get; init; }
    public required string Name { get; init; }
    public required string UniqueId { get; init; }
    public required string StateTopic { get; init; }
    public string? ValueTemplate { get; init; }
    public string? DeviceClass { get; init; }
    public string? StateClass { get; init; }
    public string? UnitOfMeasurement { get; init; }
    public string? EntityCategory { get; init; }
    public string? Icon { get; init; }
    public IReadOnlyList<string>? Options { get; init; }
    public IReadOnlyList<string>? EventTypes { get; init; }
    public string? PayloadOn { get; init; }
    public string? PayloadOff { get; init; }
}

/// <summary>The device message of MQTT discovery.</summary>
internal sealed record DiscoveryDocument(
    [property: JsonPropertyName("dev")] Device Device,
    [property: JsonPropertyName("o")] Origin Origin,
    [property: JsonPropertyName("cmps")] IReadOnlyDictionary<string, Component> Components,
    IReadOnlyList<AvailabilityTopic> Availability,
    string AvailabilityMode,
    int Qos);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DiscoveryDocument))]
internal sealed partial class DiscoveryContext : JsonSerializerContext
{
    /// <summary>With texts as people read them.</summary>
    public static DiscoveryContext Plain => field ??= new(PlainJson.Like(Default.Options));
}
