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
        ModelProto model;
        using (var stream = AtomicFile.Open(path, sizeLimit))
        {
            try
            {
                model = ModelProto.Parser.ParseFrom(stream);
            }
            catch (InvalidProtocolBufferException e)
            {
                throw new ModelToolsException($"{path}: not an ONNX model, or damaged: {e.Message}", "fetch or export the file again", e);
            }
        }
        GraphChecker.Check(model, path);
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
