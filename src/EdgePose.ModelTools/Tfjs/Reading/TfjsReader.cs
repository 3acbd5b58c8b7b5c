using System.Text.Json;
using EdgePose.ModelTools.Onnx;

namespace EdgePose.ModelTools.Tfjs.Reading;

/// <summary>Reads <c>name.json</c> with its shards and checks everything that does not depend on what the operators mean.</summary>
internal static class TfjsReader
{
    private const long JsonLimit = 64L << 20;

    /// <exception cref="ModelToolsException">Missing or truncated files, not a TFJS graph model, or anything inconsistent.</exception>
    public static TfjsModel Read(string path)
    {
        var file = Path.GetFileName(path);
        var root = Parse(path, file);
        if (root.ValueKind != JsonValueKind.Object) { throw NotTfjs(file); }
        if (Text(root, "format") is { } format && format != "graph-model")
        {
            throw new ModelToolsException($"{file}: format '{format}' is not supported, only 'graph-model'",
                "convert the model with --output_format=tfjs_graph_model");
        }
        var nodes = ReadNodes(root, file);
        List<string> sources = [path];
        var weights = ReadWeights(root, path, file, sources);
        foreach (var node in nodes.Values)
        {
            if (node.Op == "Const" && !weights.ContainsKey(node.Name))
            {
                throw new ModelToolsException($"{file}: the constant '{node.Name}' has no weight");
            }
        }
        var signature = Child(root, "signature") ?? Child(Child(root, "userDefinedMetadata"), "signature");
        var inputs = ReadPorts(Child(signature, "inputs"), nodes, file);
        var outputs = ReadPorts(Child(signature, "outputs"), nodes, file);
        return new TfjsModel(file, sources, nodes, weights, inputs, outputs.Count > 0 ? outputs : Unconsumed(nodes));
    }

    private static JsonElement Parse(string path, string file)
    {
        try
        {
            byte[] text;
            using (var stream = AtomicFile.Open(path, JsonLimit))
            {
                text = new byte[stream.Length];
                stream.ReadExactly(text);
            }
            using var document = JsonDocument.Parse(text);
            // Strings are otherwise decoded when they are asked for, and only then found not to be Unicode.
            var reader = new Utf8JsonReader(text);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) { _ = reader.GetString(); }
            }
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or IOException or InvalidOperationException)
        {
            throw new ModelToolsException($"{file}: not a JSON file, or truncated: {e.Message}", "", e);
        }
    }

    /// <summary>A string property, or null where it is absent or not a string.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static JsonElement? Child(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Object ? value : null;

    private static Dictionary<string, TfjsNode> ReadNodes(JsonElement root, string file)
    {
        if (Child(root, "modelTopology") is not { } topology || !topology.TryGetProperty("node", out var list)
            || list.ValueKind != JsonValueKind.Array)
        {
            throw NotTfjs(file);
        }
        var nodes = new Dictionary<string, TfjsNode>(StringComparer.Ordinal);
        foreach (var item in list.EnumerateArray())
        {
            var (name, op) = (Text(item, "name"), Text(item, "op"));
            if (string.IsNullOrEmpty(name) || string.IsNullOrEmpty(op))
            {
                throw new ModelToolsException($"{file}: a node has no name or no operator");
            }
            var attributes = Child(item, "attr") ?? default;
            if (!nodes.TryAdd(name, new TfjsNode(name, op, ReadInputs(item, name, file), attributes)))
            {
                throw new ModelToolsException($"{file}: the node '{name}' exists twice");
            }
        }
        foreach (var node in nodes.Values)
        {
            foreach (var input in node.Inputs)
            {
                if (!nodes.ContainsKey(input.Node))
                {
                    throw new ModelToolsException($"{file}: node '{node.Name}' ({node.Op}) uses '{input}', which does not exist");
                }
            }
        }
        return nodes;
    }

    private static List<TensorRef> ReadInputs(JsonElement node, string name, string file)
    {
        var inputs = new List<TensorRef>();
        if (!node.TryGetProperty("input", out var list)) { return inputs; }
        if (list.ValueKind != JsonValueKind.Array) { throw new ModelToolsException($"{file}: the inputs of node '{name}' are not a list"); }
        foreach (var item in list.EnumerateArray())
        {
            var text = item.ValueKind == JsonValueKind.String ? item.GetString()! : "";
            if (text.Length == 0) { throw new ModelToolsException($"{file}: an input of node '{name}' is not a name"); }
            // "^x" only orders execution; a graph without side effects does not need it.
            if (text[0] != '^') { inputs.Add(TensorRef.Parse(text)); }
        }
        return inputs;
    }

    private static Dictionary<string, TfjsWeight> ReadWeights(JsonElement root, string path, string file, List<string> sources)
    {
        if (!root.TryGetProperty("weightsManifest", out var manifest) || manifest.ValueKind != JsonValueKind.Array) { throw NotTfjs(file); }
        var weights = new Dictionary<string, TfjsWeight>(StringComparer.Ordinal);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (var group in manifest.EnumerateArray())
        {
            if (group.ValueKind != JsonValueKind.Object) { throw NotTfjs(file); }
            WeightReader.ReadGroup(group, folder, file, weights, sources);
        }
        return weights;
    }

    private static List<TfjsPort> ReadPorts(JsonElement? ports, Dictionary<string, TfjsNode> nodes, string file)
    {
        var result = new List<TfjsPort>();
        if (ports is null) { return result; }
        foreach (var port in ports.Value.EnumerateObject())
        {
            // Some writers leave the tensor's name out and use it as the key.
            var tensor = TensorRef.Parse(Text(port.Value, "name") ?? port.Name);
            if (!nodes.TryGetValue(tensor.Node, out var node))
            {
                throw new ModelToolsException($"{file}: the signature names '{tensor}', which does not exist");
            }
            ElementType? type = Text(port.Value, "dtype") is not null ? TfjsTypes.Parse(port.Value.GetProperty("dtype"), node) : null;
            var shape = Child(port.Value, "tensorShape") is { } dims ? TfjsTypes.Dims(dims, $"{file}: signature of '{tensor}'") : null;
            result.Add(new TfjsPort(port.Name, tensor, type, shape));
        }
        return result;
    }

    private static List<TfjsPort> Unconsumed(Dictionary<string, TfjsNode> nodes)
    {
        var consumed = nodes.Values.SelectMany(n => n.Inputs).Select(i => i.Node).ToHashSet(StringComparer.Ordinal);
        return [.. nodes.Values.Where(n => n.Op is not ("Const" or "NoOp" or "Placeholder") && !consumed.Contains(n.Name))
            .Select(n => new TfjsPort(n.Name, new TensorRef(n.Name, 0), n.Type("T"), null))];
    }

    private static ModelToolsException NotTfjs(string file) =>
        new($"{file}: not a TFJS graph model (no 'modelTopology.node' or no 'weightsManifest')",
            "give the .json file that lies beside the .bin shards");
}
