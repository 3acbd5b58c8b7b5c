using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Yolo;

/// <summary>RT-DETR: a few hundred rows of box and class scores, none of them for a place in the picture.</summary>
internal sealed class DetrFamily : IDetectorFamily
{
    /// <summary>Queries of the public networks are 300.</summary>
    private const int MostRows = 1000;

    public static readonly ModelKind Kind = new("rt-detr", "RtDetr", ModelTask.Detect);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "RT-DETR as ultralytics exports it";

    public ModelInput Input => UsualInput.Yolo with { Resize = ResizeRule.Stretch, PadValue = 0 };

    public ModelDecode Decode => new() { NmsThreshold = 0.7f };

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsNchwPicture && outputs is [{ Shape: [1, <= MostRows, >= 5 and not 6] rows }] && rows[1] > 6
        && YoloGrid.RowsPerCell(rows[1], input.PictureSize.Height, input.PictureSize.Width) == 0
        && YoloGrid.RowsPerCell(rows[2], input.PictureSize.Height, input.PictureSize.Width) == 0;

    public IDetectorDecoder Decoder(ModelDescriptor descriptor) => new YoloDecoder(descriptor, objectness: false);

    public void TryDecode(ModelDescriptor descriptor, int joints, Binding binding) => new YoloDecoder(descriptor, objectness: false).CheckValues(binding);
}
