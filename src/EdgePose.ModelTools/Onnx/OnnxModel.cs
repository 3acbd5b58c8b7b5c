using Google.Protobuf;

namespace EdgePose.ModelTools.Onnx;

/// <summary>Loads and saves ONNX files. Only single-file models: tensors in other files are refused, as is anything above the size
/// limit.</summary>
internal static class OnnxModel
{
    /// <summary>Protobuf itself ends at 2 GB; pose networks are three orders of magnitude smaller.</summary>
    public const long SizeLimit = 1L << 30;

    /// <summary>Reads a model and checks it; the memory used is a small multiple of the file's length whatever the file claims.</summary>
    /// <exception cref="ModelToolsException">Unreadable, too large, not ONNX, external data, or an inconsistent graph.</exception>
    public static ModelProto Load(string path, long sizeLimit = SizeLimit)
    {
        using var stream = AtomicFile.Open(path, sizeLimit);
        return Parse(() => ModelProto.Parser.ParseFrom(stream), path);
    }

    /// <summary>As <see cref="Load"/>, from memory; <paramref name="name"/> is for messages.</summary>
    /// <exception cref="ModelToolsException">Not ONNX, external data, or an inconsistent graph.</exception>
    public static ModelProto Parse(ReadOnlyMemory<byte> content, string name) => Parse(() => ModelProto.Parser.ParseFrom(content.Span), name);

    /// <summary>As <see cref="Parse(ReadOnlyMemory{byte}, string)"/>, with the weights that lie beside the file.</summary>
    /// <param name="content">The file's content.</param>
    /// <param name="path">Where it was read.</param>
    /// <param name="joined">True when there were such weights: the model is another one than the file's content.</param>
    /// <exception cref="ModelToolsException">Not ONNX, weights that cannot be joined, or an inconsistent graph.</exception>
    public static ModelProto ParseJoined(ReadOnlyMemory<byte> content, string path, out bool joined)
    {
        var found = false;
        var model = Parse(() =>
        {
            var parsed = ModelProto.Parser.ParseFrom(content.Span);
            found = ExternalData.Join(parsed, path, SizeLimit - content.Length);
            return parsed;
        }, path);
        joined = found;
        return model;
    }

    private static ModelProto Parse(Func<ModelProto> parse, string name)
    {
        ModelProto model;
        try
        {
            model = parse();
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelToolsException($"{name}: not an ONNX model, or damaged: {e.Message}", "fetch or export the file again", e);
        }
        GraphChecker.Check(model, name);
        return model;
    }

    /// <summary>Checks the model and writes it atomically; the same model always gives the same bytes.</summary>
    /// <exception cref="ModelToolsException">The graph is inconsistent (nothing is written) or the disk refuses.</exception>
    public static void Save(ModelProto model, string path)
    {
        GraphChecker.Check(model, path);
        AtomicFile.Write(path, model.WriteTo);
    }
}
