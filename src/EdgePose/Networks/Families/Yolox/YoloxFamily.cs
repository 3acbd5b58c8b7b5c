using EdgePose.Domain;
using EdgePose.Networks.Families.Yolo;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Yolox;

/// <summary>YOLOX, undecoded rows.</summary>
internal sealed class YoloxFamily : IDetectorFamily
{
    public static readonly ModelKind Kind = new("yolox-raw", "YoloxRaw", ModelTask.Detect);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "YOLOX, undecoded";

    public ModelInput Input => UsualInput.Raw(416, TensorLayout.Nchw, ColourOrder.Bgr, ResizeRule.Letterbox, pad: 114);

    public ModelDecode Decode => new() { NmsThreshold = 0.45f };

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsNchwPicture && outputs is [{ Shape: [_, var rows, >= 6] }] && YoloGrid.RowsPerCell(rows, input.PictureSize.Height, input.PictureSize.Width) == 1;

    public void TryDecode(ModelDescriptor descriptor, int joints, Binding binding) => new YoloxDecoder(descriptor).CheckValues(binding);

    public IDetectorDecoder Decoder(ModelDescriptor descriptor) => new YoloxDecoder(descriptor);
}
