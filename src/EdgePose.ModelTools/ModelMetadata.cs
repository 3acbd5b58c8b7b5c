namespace EdgePose.ModelTools;

/// <summary>Keys of the metadata that our importers write into ONNX files.</summary>
internal static class ModelMetadata
{
    /// <summary>Trainable parameters of the source, before batch norms were folded.</summary>
    public const string Parameters = "edgepose.source_parameters";

    /// <summary>Width x height for which costs are stated.</summary>
    public const string Size = "edgepose.size";
}
