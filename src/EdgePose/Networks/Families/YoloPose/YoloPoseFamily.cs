using EdgePose.Domain;
using EdgePose.Networks.Estimation;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.YoloPose;

/// <summary>YOLO with key-points: boxes and joints of everybody in one run.</summary>
internal sealed class YoloPoseFamily : IWholeFrameFamily
{
    public static readonly ModelKind Kind = new("yolo-pose", "YoloPose", ModelTask.BottomUp);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "YOLOv8-pose, YOLO11-pose, YOLO26-pose, YOLOv7-pose; with NMS or without";

    public ModelInput Input => UsualInput.Yolo;

    // As the validation of ultralytics suppresses.
    public ModelDecode Decode => new() { NmsThreshold = 0.7f };

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) => input.IsNchwPicture && Joints(input, outputs) > 0;

    public int Joints(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        outputs is [{ Shape: var shape }] ? YoloPoseForms.Of(shape, input.PictureSize.Height, input.PictureSize.Width).Joints : 0;

    public IPoseEstimator Estimator(INetwork network, Skeleton skeleton, BottomUpOptions options) => new YoloPoseEstimator(network, skeleton, options);

    public void TryDecode(ModelDescriptor descriptor, int joints, Binding binding)
    {
        if (joints > 0) { new YoloPoseDecoder(descriptor, joints).CheckValues(binding); }
    }
}
