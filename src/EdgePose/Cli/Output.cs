using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using EdgePose.Hosting;
using EdgePose.Hosting.Evaluation;
using EdgePose.Hosting.Quantization;

namespace EdgePose.Cli;

/// <summary>Results on standard output.</summary>
internal static class Output
{
    public static void Json<T>(T value, JsonTypeInfo<T> type) => Console.WriteLine(JsonSerializer.Serialize(value, type));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Versions))]
[JsonSerializable(typeof(Demo.Summary))]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(SourceReport))]
[JsonSerializable(typeof(IReadOnlyList<ModelReport>))]
[JsonSerializable(typeof(KeypointReport))]
[JsonSerializable(typeof(TrackReport))]
[JsonSerializable(typeof(QuantizeReport))]
[JsonSerializable(typeof(Hosting.Replay.ReplayReport))]
[JsonSerializable(typeof(ModelFacts))]
[JsonSerializable(typeof(ImportedModel))]
[JsonSerializable(typeof(DownloadedModel))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(ModelTools.Tfjs.TfjsImportResult))]
internal sealed partial class CliJson : JsonSerializerContext;
