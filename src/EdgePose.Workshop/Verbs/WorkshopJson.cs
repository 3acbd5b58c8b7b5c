using System.Text.Json.Serialization;
using EdgePose.Workshop.Evaluation;
using EdgePose.Workshop.Models;
using EdgePose.Workshop.Probe;
using EdgePose.Workshop.Quantization;

namespace EdgePose.Workshop.Verbs;

/// <summary>What the verbs of the workshop print with --json.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Workshop.Demo.Summary))]
[JsonSerializable(typeof(SourceReport))]
[JsonSerializable(typeof(IReadOnlyList<ModelReport>))]
[JsonSerializable(typeof(KeypointReport))]
[JsonSerializable(typeof(TrackReport))]
[JsonSerializable(typeof(QuantizeReport))]
[JsonSerializable(typeof(SpeedCard))]
[JsonSerializable(typeof(Workshop.Replay.ReplayReport))]
[JsonSerializable(typeof(ModelFacts))]
[JsonSerializable(typeof(ImportedModel))]
[JsonSerializable(typeof(DownloadedModel))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(ModelTools.Tfjs.TfjsImportResult))]
internal sealed partial class WorkshopJson : JsonSerializerContext;
