using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Yolo;

/// <summary>YOLO with an objectness beside the class scores, decoded and not suppressed.</summary>
internal sealed class YoloObjectFamily : IDetectorFamily
{
    /// <summary>As <see cref="YoloFamily.ColumnsOfCoco"/>, with the objectness.</summary>
    public const int ColumnsOfCoco = YoloFamily.ColumnsOfCoco + 1;

    public static readonly ModelKind Kind = new("yolo-obj", "YoloObject", ModelTask.Detect);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "YOLOv5, YOLOv7, YOLOX with its decoding in the graph";

    public ModelInput Input => UsualInput.Yolo;

    public ModelDecode Decode => new() { NmsThreshold = 0.5f };

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsNchwPicture && outputs is [{ Shape: [1, var rows, >= 6 and not YoloFamily.ColumnsOfCoco] }]
        && YoloGrid.RowsPerCell(rows, input.PictureSize.Height, input.PictureSize.Width) > 0;

    public IDetectorDecoder Decoder(ModelDescriptor descriptor) => new YoloDecoder(descriptor, objectness: true);

    public void TryDecode(ModelDescriptor descriptor, int joints, Binding binding) => new YoloDecoder(descriptor, objectness: true).CheckValues(binding);
}
