using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgePose.Settings.Documents;

/// <summary>Writes the JSON schema with which editors check and complete the configuration.</summary>
internal static class SchemaWriter
{
    private const string Duration = "^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$";
    private const string Rate = "^[0-9]+(\\.[0-9]+)?(fps)?$";
    private const string Size = "^[0-9]{1,7}(KiB|MiB|GiB)$";
    private const string TimeOfDay = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(string title, IReadOnlyList<ConfigKey> keys)
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title, ["type"] = "object" };
        AddKeys(schema, KeyTree.Of(keys));
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Schema(KeyTree node)
    {
        var key = node.Key;
        var schema = new JsonObject();
        if (Description(key) is { Length: > 0 } text) { schema["description"] = text; }
        AddType(schema, node);
        if (key.HasDefault) { schema["default"] = Default(key); }
        return schema;
    }

    private static string Description(ConfigKey key)
    {
        var text = ManualWriter.Flow(key.Doc.Text).Replace('\n', ' ');
        // Limits that the schema itself cannot express.
        var range = key.Kind is KeyKind.Duration or KeyKind.Size or KeyKind.Rate || key.Doc.Unit.Length > 0 ? ManualWriter.Range(key) + "." : "";
        return key.InheritsFrom.Length > 0 ? "" : $"{text} {range}".Trim();
    }

    private static void AddType(JsonObject schema, KeyTree node)
    {
        var key = node.Key;
        switch (key.Kind)
        {
            case KeyKind.Map: AddMapping(schema, node); break;
            case KeyKind.Flag: schema["type"] = "boolean"; break;
            case KeyKind.Integer: AddNumber(schema, "integer", key.Min, key.Max); break;
            case KeyKind.Number: AddNumber(schema, "number", key.Min, key.Max); break;
            case KeyKind.Rate: schema["anyOf"] = new JsonArray(AddNumber([], "number", key.Min, key.Max), Text(Rate)); break;
            case KeyKind.Choice: schema["enum"] = Array(key.Choices); break;
            case KeyKind.List: schema["anyOf"] = new JsonArray(Item(key), List(Item(key), 1, key.Max)); break;
            case KeyKind.Direction: Merge(schema, List(AddNumber([], "number", null, null), 2, 2)); break;
            case KeyKind.Points: Merge(schema, List(List(AddNumber([], "number", 0, 1), 2, 2), key.Min, key.Max)); break;
            case KeyKind.Numbers: Merge(schema, List(AddNumber([], "number", key.Min, key.Max), key.Count, key.Count)); break;
            case KeyKind.Duration: Merge(schema, Text(Duration)); break;
            case KeyKind.Size: Merge(schema, Text(Size)); break;
            case KeyKind.TimeOfDay: Merge(schema, Text(TimeOfDay)); break;
            case KeyKind.Text or KeyKind.Secret when key.Name == ConfigKey.Named && key.Doc.Pattern.Length == 0: schema["type"] = Array(["string", "number", "boolean"]); break;
            case KeyKind.Text or KeyKind.Secret: Merge(schema, Text(key.Doc.Pattern)); break;
            default: throw new ArgumentOutOfRangeException(nameof(node), key.Kind, "a kind without a form in the schema");
        }
    }

    private static void AddMapping(JsonObject schema, KeyTree node)
    {
        if (node.Key.Shorthand.Length > 0)
        {
            var full = new JsonObject { ["type"] = "object" };
            AddKeys(full, node);
            schema["anyOf"] = new JsonArray(Text(""), full);
            return;
        }
        var mayBeEmpty = !node.Key.IsRequired && !node.Children.Any(c => c.Key.IsRequired);
        schema["type"] = mayBeEmpty ? Array(["object", "null"]) : "object";
        AddKeys(schema, node);
        if (node is { Key.IsRequired: true, Named: not null }) { schema["minProperties"] = 1; }
    }

    private static void AddKeys(JsonObject schema, KeyTree node)
    {
        if (node.Named is { } named)
        {
            if (named.Key.Kind != KeyKind.Text || named.Key.Doc.Pattern.Length > 0) { schema["propertyNames"] = new JsonObject { ["pattern"] = Scalars.IdPattern }; }
            schema["additionalProperties"] = Schema(named);
            return;
        }
        schema["additionalProperties"] = false;
        var required = node.Children.Where(c => c.Key.IsRequired).Select(c => c.Key.Name).ToList();
        if (required.Count > 0) { schema["required"] = Array(required); }
        var properties = new JsonObject();
        foreach (var child in node.Children) { properties[child.Key.Name] = Schema(child); }
        schema["properties"] = properties;
    }

    private static JsonObject Item(ConfigKey key) => key.Choices.Count > 0 ? new JsonObject { ["enum"] = Array(key.Choices) } : Text("");

    private static JsonObject List(JsonObject items, double? min, double? max)
    {
        var list = new JsonObject { ["type"] = "array", ["minItems"] = (int?)min };
        if (max is not null) { list["maxItems"] = (int)max; }
        list["items"] = items;
        return list;
    }

    private static JsonObject Text(string pattern)
    {
        var text = new JsonObject { ["type"] = "string" };
        if (pattern.Length > 0) { text["pattern"] = pattern; }
        return text;
    }

    private static JsonObject AddNumber(JsonObject schema, string type, double? min, double? max)
    {
        schema["type"] = type;
        if (min is { } least) { schema["minimum"] = Number(least); }
        if (max is { } most) { schema["maximum"] = Number(most); }
        return schema;
    }

    private static JsonNode Default(ConfigKey key) => key.Kind switch
    {
        KeyKind.Flag => JsonValue.Create(key.Value == "true"),
        KeyKind.Integer or KeyKind.Number or KeyKind.Rate => Number(Scalars.TryNumber(key.Value!, out var n) ? n : 0),
        KeyKind.List => Array(key.Value!.Trim('[', ']').Split(", ")),
        KeyKind.Direction => new JsonArray([.. key.Value!.Trim('[', ']').Split(", ").Select(v => Number(Scalars.TryNumber(v, out var n) ? n : 0))]),
        KeyKind.Text or KeyKind.Secret or KeyKind.Duration or KeyKind.Choice or KeyKind.Size or KeyKind.TimeOfDay => JsonValue.Create(key.Value!),
        KeyKind.Map or KeyKind.Points or KeyKind.Numbers => throw new ArgumentOutOfRangeException(nameof(key), key.Kind, "a kind without a default"),
        _ => throw new ArgumentOutOfRangeException(nameof(key), key.Kind, "unknown"),
    };

    // Whole numbers without ".0", and decimals with as many digits as the manual shows.
    private static JsonNode Number(double value) => JsonNode.Parse(Scalars.Invariant(value))!;

    private static JsonArray Array(IEnumerable<string> words) => new([.. words.Select(w => (JsonNode)w)]);

    private static void Merge(JsonObject schema, JsonObject with)
    {
        foreach (var (name, value) in with.ToList())
        {
            with.Remove(name);
            schema[name] = value;
        }
    }
}
