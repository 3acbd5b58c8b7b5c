using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using EdgePose.ModelTools.Tfjs;

namespace EdgePose.Tests.ModelTools;

/// <summary>Writes small TFJS graph models into a folder of their own, which disappears with the object.</summary>
internal sealed class TfjsFile : IDisposable
{
    private readonly JsonArray _nodes = [];
    private readonly JsonArray _weights = [];
    private readonly JsonObject _inputs = [];
    private readonly JsonObject _outputs = [];
    private readonly MemoryStream _shard = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("tfjs-").FullName;
    public string JsonPath => Path.Combine(Folder, "model.json");
    public string ShardPath => Path.Combine(Folder, "model.bin");
    public string OnnxPath => Path.Combine(Folder, "model.onnx");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public TfjsFile Input(string name, string dtype, params int[] shape)
    {
        _nodes.Add(new JsonObject
        {
            ["name"] = name, ["op"] = "Placeholder", ["attr"] = Attr(("dtype", Type(dtype)),
            ("shape", new JsonObject { ["shape"] = Shape(shape) }))
        });
        _inputs.Add(name, new JsonObject { ["name"] = $"{name}:0", ["dtype"] = dtype, ["tensorShape"] = Shape(shape) });
        return this;
    }

    public TfjsFile Const(string name, int[] shape, params float[] values) =>
        Weight(name, "float32", shape, MemoryMarshal.AsBytes(values.AsSpan()));

    public TfjsFile Const(string name, int[] shape, params int[] values) =>
        Weight(name, "int32", shape, MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>A float constant of the given shape that counts 1, 2, 3, …</summary>
    public TfjsFile Counting(string name, params int[] shape) =>
        Const(name, shape, [.. Enumerable.Range(1, shape.Aggregate(1, (a, b) => a * b)).Select(i => (float)i)]);

    public TfjsFile Weight(string name, string dtype, int[] shape, ReadOnlySpan<byte> data, JsonObject? quantization = null)
    {
        _shard.Write(data);
        var weight = new JsonObject { ["name"] = name, ["shape"] = new JsonArray([.. shape.Select(s => (JsonNode)s)]), ["dtype"] = dtype };
        if (quantization is not null) { weight["quantization"] = quantization; }
        _weights.Add(weight);
        var type = dtype switch { "float32" => "DT_FLOAT", "int32" => "DT_INT32", _ => "DT_BOOL" };
        _nodes.Add(new JsonObject { ["name"] = name, ["op"] = "Const", ["attr"] = Attr(("dtype", Type(type))) });
        return this;
    }

    public TfjsFile Node(string op, string name, string[] inputs, params (string Name, JsonObject Value)[] attributes)
    {
        _nodes.Add(new JsonObject
        {
            ["name"] = name, ["op"] = op, ["input"] = new JsonArray([.. inputs.Select(i =>
            (JsonNode)i)]), ["attr"] = Attr(attributes)
        });
        return this;
    }

    public TfjsFile Output(string tensor, string dtype = "DT_FLOAT")
    {
        _outputs.Add(tensor, new JsonObject { ["name"] = tensor, ["dtype"] = dtype });
        return this;
    }

    public JsonObject Json() => new()
    {
        ["format"] = "graph-model",
        ["signature"] = new JsonObject { ["inputs"] = _inputs.DeepClone(), ["outputs"] = _outputs.DeepClone() },
        ["modelTopology"] = new JsonObject { ["node"] = _nodes.DeepClone() },
        ["weightsManifest"] = new JsonArray(new JsonObject { ["paths"] = new JsonArray("model.bin"), ["weights"] = _weights.DeepClone() }),
    };

    public TfjsFile Write() => Write(Json().ToJsonString());

    public TfjsFile Write(string json)
    {
        File.WriteAllText(JsonPath, json);
        File.WriteAllBytes(ShardPath, _shard.ToArray());
        return this;
    }

    public TfjsImportResult Convert(TfjsImportOptions? options = null) => TfjsImporter.Convert(JsonPath, OnnxPath, options);

    /// <summary>Writes, converts and opens the model.</summary>
    public OnnxRun Run()
    {
        Write().Convert();
        return new OnnxRun(OnnxPath);
    }

    public static JsonObject I(int value) => new() { ["i"] = $"{value}" };
    public static JsonObject F(double value) => new() { ["f"] = value };
    public static JsonObject B(bool value) => new() { ["b"] = value };
    public static JsonObject S(string value) => new() { ["s"] = Base64(value) };
    public static JsonObject Type(string value) => new() { ["type"] = value };
    public static JsonObject Ints(params int[] values) => new()
    {
        ["list"] = new JsonObject
        {
            ["i"] = new JsonArray([.. values.Select(v =>
        (JsonNode)$"{v}")])
        }
    };
    public static JsonObject Texts(params string[] values) =>
        new() { ["list"] = new JsonObject { ["s"] = new JsonArray([.. values.Select(v => (JsonNode)Base64(v))]) } };

    private static string Base64(string value) => System.Convert.ToBase64String(Encoding.UTF8.GetBytes(value));

    private static JsonObject Shape(int[] shape) => new()
    {
        ["dim"] = new JsonArray([.. shape.Select(s =>
        (JsonNode)new JsonObject { ["size"] = $"{s}" })])
    };

    private static JsonObject Attr(params (string Name, JsonObject Value)[] attributes)
    {
        var attr = new JsonObject();
        foreach (var (name, value) in attributes) { attr.Add(name, value); }
        return attr;
    }
}
