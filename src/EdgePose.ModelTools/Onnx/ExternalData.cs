using System.Globalization;
using Google.Protobuf;

namespace EdgePose.ModelTools.Onnx;

/// <summary>
/// Weights beside the model, the form that newer PyTorch exporters write. They are joined into it: only files of a plain name in the model's
/// own folder, no links, and no more bytes than a model may have.
/// </summary>
internal static class ExternalData
{
    private const int External = 1;

    /// <summary>True when the model has tensors elsewhere; they are in it afterwards.</summary>
    /// <param name="model">Not checked yet.</param>
    /// <param name="path">Where it was read.</param>
    /// <param name="limit">Most bytes of all tensors together.</param>
    /// <exception cref="ModelToolsException">A file is missing, a link, elsewhere, too short, or there is too much.</exception>
    public static bool Join(ModelProto model, string path, long limit)
    {
        var tensors = model.Graph is null ? [] : Tensors(model.Graph).Where(t => t.DataLocation == External).ToList();
        var left = limit;
        foreach (var tensor in tensors)
        {
            var bytes = Read(tensor, path, left);
            left -= bytes.Length;
            tensor.RawData = bytes;
            tensor.ExternalData.Clear();
            tensor.ClearDataLocation();
        }
        return tensors.Count > 0;
    }

    private static IEnumerable<TensorProto> Tensors(GraphProto graph)
    {
        foreach (var tensor in graph.Initializer) { yield return tensor; }
        foreach (var attribute in graph.Node.SelectMany(n => n.Attribute))
        {
            if (attribute.T is not null) { yield return attribute.T; }
            foreach (var tensor in attribute.Tensors) { yield return tensor; }
            foreach (var tensor in GraphEdit.Subgraphs(attribute).SelectMany(Tensors)) { yield return tensor; }
        }
    }

    private static ByteString Read(TensorProto tensor, string path, long limit)
    {
        var location = Text(tensor, "location");
        if (!IsPlainName(location))
        {
            throw new ModelToolsException($"{path}: tensor '{tensor.Name}' lies in '{location}', which is not a file beside the model",
                "put the file with the weights beside the model, as the exporter did, or save the model as a single file");
        }
        var file = new FileInfo(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, location));
        // A pipe or a device has no length, and opening it could wait for ever.
        if (!file.Exists || file.LinkTarget is not null || file.Length == 0)
        {
            var why = file.LinkTarget is not null ? "is a symbolic link, which is not followed" : file.Exists ? "is empty or no file" : "is missing";
            throw new ModelToolsException($"{path}: its weights lie in {location}, which {why}", "the exporter wrote two files: put both into one folder");
        }
        var size = ((ElementType)tensor.DataType).Size() * ElementTypes.Count(tensor.Dims);
        var (offset, length) = (Number(tensor, "offset", 0, path), Number(tensor, "length", size, path));
        if (size <= 0 || length != size || offset < 0 || offset > file.Length - length)
        {
            throw new ModelToolsException($"{path}: tensor '{tensor.Name}' should lie at {offset} of {location} with {length} bytes, but the file has {file.Length} "
                + $"and the tensor needs {size}", "the two files do not belong together: export the network again");
        }
        if (length > limit) { throw new ModelToolsException($"{path}: its weights are larger than a model may be, {OnnxModel.SizeLimit} bytes"); }
        using var stream = AtomicFile.Open(file.FullName, long.MaxValue);
        stream.Seek(offset, SeekOrigin.Begin);
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        stream.ReadExactly(bytes);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 255 && name is not ("." or "..") && !name.Any(c => c is '/' or '\\' || char.IsControl(c));

    private static string Text(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(e => e.Key == key)?.Value ?? "";

    private static long Number(TensorProto tensor, string key, long absent, string path)
    {
        var text = Text(tensor, key);
        return text.Length == 0 ? absent
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
            : throw new ModelToolsException($"{path}: tensor '{tensor.Name}': its {key} '{text}' is not a number");
    }
}
