using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgePose.TestSupport;

namespace EdgePose.Tests.Sinks.Mqtt;

/// <summary>
/// Checks documents against the part of JSON Schema 2020-12 that the project's schemas use. A keyword that it does not know is an
/// error, so that a schema cannot promise what nobody checks.
/// </summary>
internal sealed class JsonSchema(JsonElement root)
{
    private static readonly HashSet<string> Annotations = ["$schema", "$id", "$defs", "title", "description"];

    public static JsonSchema Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repo.Root, "config", $"{name}.schema.json")));
        return new JsonSchema(document.RootElement.Clone());
    }

    /// <summary>Every violation as <c>path: problem</c>; empty when the document is valid.</summary>
    public IReadOnlyList<string> Check(string json)
    {
        using var document = JsonDocument.Parse(json);
        var errors = new List<string>();
        Check(root, document.RootElement, "$", errors);
        return errors;
    }

    private void Check(JsonElement schema, JsonElement value, string path, List<string> errors)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (Annotations.Contains(keyword.Name)) { continue; }
            if (Violation(keyword.Name, keyword.Value, schema, value, path, errors) is { } problem) { errors.Add($"{path}: {problem}"); }
        }
    }

    private string? Violation(string keyword, JsonElement rule, JsonElement schema, JsonElement value, string path, List<string> errors)
    {
        switch (keyword)
        {
            case "$ref":
                Check(Resolve(rule.GetString()!), value, path, errors);
                return null;
            case "type": return IsType(rule.GetString()!, value) ? null : $"is not of type {rule}";
            case "const": return JsonElement.DeepEquals(rule, value) ? null : $"is not {rule}";
            case "enum": return rule.EnumerateArray().Any(r => JsonElement.DeepEquals(r, value)) ? null : $"is none of {rule}";
            case "anyOf": return rule.EnumerateArray().Any(r => Fits(r, value)) ? null : "fits none of the alternatives";
            case "required" when value.ValueKind == JsonValueKind.Object:
                var missing = rule.EnumerateArray().Select(r => r.GetString()!).Where(r => !value.TryGetProperty(r, out _)).ToArray();
                return missing.Length == 0 ? null : $"lacks {string.Join(", ", missing)}";
            case "properties" when value.ValueKind == JsonValueKind.Object:
                foreach (var property in rule.EnumerateObject())
                {
                    if (value.TryGetProperty(property.Name, out var member)) { Check(property.Value, member, $"{path}.{property.Name}", errors); }
                }
                return null;
            case "additionalProperties" when value.ValueKind == JsonValueKind.Object:
                var known = schema.TryGetProperty("properties", out var named) ? named : default;
                foreach (var p in value.EnumerateObject().Where(p => known.ValueKind != JsonValueKind.Object || !known.TryGetProperty(p.Name, out _)))
                {
                    if (rule.ValueKind == JsonValueKind.False) { errors.Add($"{path}.{p.Name}: is not allowed"); }
                    else { Check(rule, p.Value, $"{path}.{p.Name}", errors); }
                }
                return null;
            case "items" when value.ValueKind == JsonValueKind.Array:
                var first = schema.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0;
                for (var i = first; i < value.GetArrayLength(); i++) { Check(rule, value[i], $"{path}[{i}]", errors); }
                return null;
            case "prefixItems" when value.ValueKind == JsonValueKind.Array:
                for (var i = 0; i < Math.Min(rule.GetArrayLength(), value.GetArrayLength()); i++) { Check(rule[i], value[i], $"{path}[{i}]", errors); }
                return null;
            case "minItems" when value.ValueKind == JsonValueKind.Array: return value.GetArrayLength() >= rule.GetInt32() ? null : $"has fewer than {rule} items";
            case "maxItems" when value.ValueKind == JsonValueKind.Array: return value.GetArrayLength() <= rule.GetInt32() ? null : $"has more than {rule} items";
            case "minimum" when value.ValueKind == JsonValueKind.Number: return value.GetDouble() >= rule.GetDouble() ? null : $"is below {rule}";
            case "maximum" when value.ValueKind == JsonValueKind.Number: return value.GetDouble() <= rule.GetDouble() ? null : $"is above {rule}";
            case "minLength" when value.ValueKind == JsonValueKind.String: return value.GetString()!.Length >= rule.GetInt32() ? null : "is too short";
            case "maxLength" when value.ValueKind == JsonValueKind.String: return value.GetString()!.Length <= rule.GetInt32() ? null : "is too long";
            case "pattern" when value.ValueKind == JsonValueKind.String:
                return Regex.IsMatch(value.GetString()!, rule.GetString()!, RegexOptions.ECMAScript) ? null : $"does not match {rule}";
            case "required" or "properties" or "additionalProperties" or "items" or "prefixItems" or "minItems" or "maxItems" or "minimum" or "maximum"
                or "minLength" or "maxLength" or "pattern":
                return null;
            default: throw new NotSupportedException($"the schema uses '{keyword}', which the checker does not know");
        }
    }

    private bool Fits(JsonElement schema, JsonElement value)
    {
        var errors = new List<string>();
        Check(schema, value, "$", errors);
        return errors.Count == 0;
    }

    private JsonElement Resolve(string reference) =>
        reference.Split('/').Skip(1).Aggregate(root, (at, step) => at.GetProperty(step));

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() == Math.Floor(value.GetDouble()),
        _ => throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"unknown type {type}")),
    };
}
