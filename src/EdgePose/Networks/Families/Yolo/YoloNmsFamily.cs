using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Yolo;

/// <summary>YOLO whose graph has chosen the boxes already.</summary>
internal sealed class YoloNmsFamily : IDetectorFamily
{
    private const int MostRows = 1000;

    public static readonly ModelKind Kind = new("yolo-nms", "YoloNms", ModelTask.Detect) { HasVariableOutputs = true };

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "YOLOv10, YOLO26, and YOLO exports with NMS";

    public ModelInput Input => UsualInput.Yolo;

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsNchwPicture && outputs is [{ Shape: [1, <= MostRows, 6] rows }]
        && YoloGrid.RowsPerCell(rows[1], input.PictureSize.Height, input.PictureSize.Width) == 0;

    public IDetectorDecoder Decoder(ModelDescriptor descriptor) => new YoloNmsDecoder(descriptor);
}
