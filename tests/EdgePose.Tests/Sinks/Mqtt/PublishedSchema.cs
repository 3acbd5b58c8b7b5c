using System.Text.Json;
using EdgePose.TestSupport;
using Json.Schema;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>
/// A JSON schema file, judged by a library that does not know the product. A keyword that the library does not know is an error, so that
/// a schema cannot promise what nobody checks.
/// </summary>
internal sealed class PublishedSchema
{
    private const string Unknown = "$unknownKeywords";
    private readonly JsonSchema _schema;

    public PublishedSchema(string text) => _schema = JsonSchema.FromText(text, new BuildOptions { Dialect = Dialect.Draft202012, SchemaRegistry = new SchemaRegistry() });

    /// <summary>The schema <c>config/NAME.schema.json</c>.</summary>
    public static PublishedSchema Load(string name) => Open("config", $"{name}.schema.json");

    public static PublishedSchema Open(params string[] path) => new(File.ReadAllText(Path.Combine([Repo.Root, .. path])));

    /// <summary>Every violation as <c>/place: keyword: problem</c>; empty when the document is valid.</summary>
    public IReadOnlyList<string> Check(string json)
    {
        using var document = JsonDocument.Parse(json);
        var options = new EvaluationOptions { OutputFormat = OutputFormat.List, AddAnnotationForUnknownKeywords = true };
        var result = _schema.Evaluate(document.RootElement, options);
        EvaluationResults[] all = [result, .. result.Details ?? []];
        if (all.FirstOrDefault(r => r.Annotations?.ContainsKey(Unknown) == true) is { } odd)
        {
            throw new NotSupportedException($"the schema uses keywords that mean nothing: {odd.Annotations![Unknown]} at {odd.SchemaLocation}");
        }
        return result.IsValid ? [] : [.. all.SelectMany(r => (r.Errors ?? []).Select(e => $"{r.InstanceLocation}: {e.Key}: {e.Value}"))];
    }
}
