using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.CenterNet;

/// <summary>CenterNet from a TFJS graph model, detections in the graph.</summary>
internal sealed class CenterNetFamily : IDetectorFamily
{
    public static readonly ModelKind Kind = new("centernet", "CenterNet", ModelTask.Detect);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "CenterNet of @vladmandic/human";

    public ModelInput Input => UsualInput.Raw(512, TensorLayout.Nhwc, ColourOrder.Rgb, ResizeRule.Stretch);

    public ModelDecode Decode => new() { NmsThreshold = 0.5f };

    /// <summary>Its two maps are 5.5 MB per frame and nobody reads them.</summary>
    public IReadOnlyList<string> Outputs => ["tower_0/detections"];

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsNhwcPicture && input.Element != typeof(int) && outputs.Any(o => o.Rank == 3 && o.Shape[1] == 100 && o.Shape[2] == 6);

    public IReadOnlyList<string> OutputsToName(TensorShape input, IReadOnlyList<TensorShape> outputs) => [outputs.First(o => o.Rank == 3).Name];

    public IDetectorDecoder Decoder(ModelDescriptor descriptor) => new CenterNetDecoder(descriptor);
}
