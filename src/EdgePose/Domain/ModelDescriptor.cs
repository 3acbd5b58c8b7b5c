namespace EdgePose.Domain;

/// <summary>A network family by its names. What the family is stands in its folder below Networks/Families.</summary>
/// <param name="Word">As descriptors call it, such as <c>det-e2e</c>.</param>
/// <param name="Name">As reports and messages call it, such as <c>DetEndToEnd</c>.</param>
/// <param name="Task">What its networks are for.</param>
internal sealed record ModelKind(string Word, string Name, ModelTask Task)
{
    /// <summary>The number of rows of an output depends on the picture.</summary>
    public bool HasVariableOutputs { get; init; }

    public override string ToString() => Name;
}

internal enum ModelTask { Detect, TopDown, BottomUp }

internal enum TensorLayout { Nchw, Nhwc }

internal enum ColourOrder { Rgb, Bgr }

/// <summary>How a frame becomes the network's input.</summary>
internal enum ResizeRule
{
    /// <summary>Uniform scale, pasted top-left, the rest <see cref="ModelInput.PadValue"/>.</summary>
    Letterbox,

    /// <summary>Both sides scaled separately.</summary>
    Stretch,

    /// <summary>Uniform scale of the short side, centred, black border (bottom-up models).</summary>
    ShortSide,

    /// <summary>Affine crop around a person box, black border (top-down models).</summary>
    Crop,
}

/// <summary>Heat-map refinement; formulas in the heat-map decoder.</summary>
internal enum HeatmapRefine { None, Quarter, QuarterAe, Dark, UdpDark }

/// <summary>Input side of a model. Values are (x - Mean) / Std per channel in the order of <see cref="Colour"/>, x in 0..255.</summary>
internal sealed record ModelInput
{
    public required int Width { get; init; }
    public required int Height { get; init; }
    public required TensorLayout Layout { get; init; }
    public required ColourOrder Colour { get; init; }
    public required ResizeRule Resize { get; init; }
    public IReadOnlyList<float> Mean { get; init; } = [0, 0, 0];
    public IReadOnlyList<float> Std { get; init; } = [1, 1, 1];
    public byte PadValue { get; init; }

    /// <summary>True for networks that take the raw 0..255 values as int32.</summary>
    public bool Int32 { get; init; }
}

/// <summary>Decoder settings; which of them apply depends on <see cref="ModelDescriptor.Kind"/>.</summary>
internal sealed record ModelDecode
{
    /// <summary>Class index of a person.</summary>
    public int PersonClass { get; init; }

    /// <summary>Smallest detector score kept.</summary>
    public float ScoreThreshold { get; init; } = 0.3f;

    /// <summary>IoU above which the lower-scored of two boxes is suppressed.</summary>
    public float NmsThreshold { get; init; } = 0.6f;

    /// <summary>Margin of a detector's box for the crop, applied once.</summary>
    public float Padding { get; init; } = 1.25f;

    /// <summary>
    /// Margin of a box that is made from the joints of the frame before: they end within the person, and the person goes on moving.
    /// </summary>
    public float FollowedPadding { get; init; } = 1.25f;
    public HeatmapRefine Refine { get; init; } = HeatmapRefine.Quarter;

    /// <summary>Blur kernel of the DARK refinements, odd.</summary>
    public int DarkKernel { get; init; } = 11;

    /// <summary>SimCC bins per input pixel; null = as many as the outputs have.</summary>
    public float? SimccRatio { get; init; }

    /// <summary>Smallest joint score that counts as seen, on this model's own scale.</summary>
    public float JointThreshold { get; init; } = 0.3f;
}

/// <summary>Public release address of a model.</summary>
/// <param name="Url">https, or http of this machine.</param>
/// <param name="Archive">File name of the model inside the ZIP file at <paramref name="Url"/>; empty when the address is the model's own.</param>
internal sealed record ModelDownload(string Url, string Archive);

/// <summary>
/// One model as its YAML descriptor states it (<c>models/&lt;name&gt;.yaml</c>), completed by the family's defaults. The file is found and
/// its hash checked before ONNX Runtime sees a byte of it.
/// </summary>
internal sealed record ModelDescriptor
{
    public required string Name { get; init; }
    public required ModelKind Kind { get; init; }

    /// <summary>Absolute path of the ONNX file; empty when the file is not installed.</summary>
    public required string Path { get; init; }

    /// <summary>File name as the descriptor gives it.</summary>
    public required string File { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the file; empty for a converted model whose hash is recorded beside it.</summary>
    public required string Sha256 { get; init; }

    /// <summary>True when nobody has stated the file's hash: such a file is never loaded, only described.</summary>
    public bool HashUnknown { get; init; }

    /// <summary>Where the file can be fetched; null when there is no such place.</summary>
    public ModelDownload? Download { get; init; }
    public required ModelInput Input { get; init; }
    public required ModelDecode Decode { get; init; }

    /// <summary>Outputs to ask for, in decoder order; empty means all, found by shape.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Skeleton name for pose models; empty for detectors.</summary>
    public string Skeleton { get; init; } = "";
    public string Licence { get; init; } = "";
    public string Source { get; init; } = "";

    /// <summary>What a user must know before relying on the model, such as "random weights"; empty when there is nothing.</summary>
    public string Note { get; init; } = "";

    /// <summary>Card of a quantized model; null for all others.</summary>
    public QuantizationCard? Quantization { get; init; }

    public ModelTask Task => Kind.Task;
}
