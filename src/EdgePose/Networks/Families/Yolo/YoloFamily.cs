using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Yolo;

/// <summary>YOLO without anchors: boxes and class scores, decoded and not suppressed.</summary>
internal sealed class YoloFamily : IDetectorFamily
{
    /// <summary>Box and the classes of COCO: a number of columns by which this family and the other one are known.</summary>
    public const int ColumnsOfCoco = 4 + 80;

    public static readonly ModelKind Kind = new("yolo", "Yolo", ModelTask.Detect);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "YOLOv8, YOLOv9, YOLO11, YOLO12 without NMS";

    public ModelInput Input => UsualInput.Yolo;

    public ModelDecode Decode => new() { NmsThreshold = 0.5f };

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs)
    {
        if (!input.IsNchwPicture || outputs is not [{ Shape: [1, var first, var second] }]) { return false; }
        var (height, width) = input.PictureSize;
        return YoloRows.ColumnsFirst(first, second, height, width)
            ? first >= 5 && YoloGrid.RowsPerCell(second, height, width) == 1
            : second >= 5 && second != YoloObjectFamily.ColumnsOfCoco && YoloGrid.RowsPerCell(first, height, width) == 1;
    }

    public IDetectorDecoder Decoder(ModelDescriptor descriptor) => new YoloDecoder(descriptor, objectness: false);

    public void TryDecode(ModelDescriptor descriptor, int joints, Binding binding) => new YoloDecoder(descriptor, objectness: false).CheckValues(binding);
}
