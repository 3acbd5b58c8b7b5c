using System.Text;
using System.Text.Json;
using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Tfjs.Reading;

/// <summary>One TensorFlow node; attributes are decoded when a converter asks for them, so that its errors can name the node.</summary>
internal sealed class TfjsNode(string name, string op, IReadOnlyList<TensorRef> inputs, JsonElement attributes)
{
    public string Name { get; } = name;
    public string Op { get; } = op;

    /// <summary>Data inputs in order; control dependencies are left out.</summary>
    public IReadOnlyList<TensorRef> Inputs { get; } = inputs;

    /// <summary>An error about this node.</summary>
    public ModelToolsException Error(string problem) => new($"node '{Name}' ({Op}): {problem}");

    public int Int(string attribute, int fallback) => Find(attribute, "i") is { } value ? ToInt(value, attribute) : fallback;

    public bool Bool(string attribute, bool fallback = false) => Find(attribute, "b") switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Error($"attribute '{attribute}' is not a boolean"),
    };

    public float Float(string attribute, float fallback) => Find(attribute, "f") switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.Number } number => number.GetSingle(),
        _ => throw Error($"attribute '{attribute}' is not a number"),
    };

    public string Text(string attribute, string fallback) => Find(attribute, "s") is { } value ? Decode(value, attribute) : fallback;

    /// <summary>The element type that an attribute names, or null where it is absent.</summary>
    public ElementType? Type(string attribute) => Find(attribute, "type") is { } value ? TfjsTypes.Parse(value, this) : null;

    public int[] Ints(string attribute) => [.. List(attribute, "i").Select(v => ToInt(v, attribute))];

    public string[] Texts(string attribute) => [.. List(attribute, "s").Select(v => Decode(v, attribute))];

    /// <summary>A shape attribute with −1 for unknown dimensions, or null where it is absent or of unknown rank.</summary>
    public long[]? Shape(string attribute) =>
        Find(attribute, "shape") is { ValueKind: JsonValueKind.Object } shape ? TfjsTypes.Dims(shape, $"node '{Name}' ({Op})") : null;

    private JsonElement? Find(string attribute, string kind) =>
        attributes.ValueKind == JsonValueKind.Object && attributes.TryGetProperty(attribute, out var holder)
        && holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(kind, out var value) ? value : null;

    private JsonElement.ArrayEnumerator List(string attribute, string kind)
    {
        if (Find(attribute, "list") is not { ValueKind: JsonValueKind.Object } list || !list.TryGetProperty(kind, out var items))
        {
            return default;
        }
        return items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : throw Error($"attribute '{attribute}' is not a list");
    }

    private int ToInt(JsonElement value, string attribute) =>
        TfjsTypes.TryLong(value, out var number) && number is >= int.MinValue and <= int.MaxValue
            ? (int)number
            : throw Error($"attribute '{attribute}' is not a 32-bit integer");

    private string Decode(JsonElement value, string attribute) =>
        value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw Error($"attribute '{attribute}' is not base64 text");
}
