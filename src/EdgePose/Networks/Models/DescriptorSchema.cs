using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgePose.Settings;
using EdgePose.Settings.Documents;
using EdgePose.Settings.Problems;

namespace EdgePose.Networks.Models;

/// <summary>
/// The JSON schema of model descriptors, written from the declarations of their keys and from the rows of <see cref="ModelFamilies"/>.
/// <c>models/descriptor.schema.json</c> is a copy that <c>./build.sh docs</c> brings up to date.
/// </summary>
internal static class DescriptorSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every key of a descriptor, in the order of the reader.</summary>
    public static IReadOnlyList<ConfigKey> Keys()
    {
        var keys = new List<ConfigKey>();
        DescriptorReader.Read("name: sample"u8, "sample.yaml", new ProblemList(), keys);
        return keys;
    }

    public static string Write()
    {
        var schema = JsonNode.Parse(SchemaWriter.Write("EdgePose model descriptor", Keys()))!.AsObject();
        // One of two keys, and names that the network chose: beyond what a declaration says.
        schema["oneOf"] = new JsonArray(Requires("sha256"), Requires("recorded"));
        schema["properties"]!["quantization"]!["properties"]!["sensitivity"]!.AsObject().Remove("propertyNames");
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Requires(string key) => new() { ["required"] = new JsonArray(key) };
}
