using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.MoveNet;

/// <summary>MoveNet, one person per crop.</summary>
internal sealed class MoveNetFamily : ITopDownFamily
{
    public static readonly ModelKind Kind = new("movenet-single", "MoveNetSingle", ModelTask.TopDown);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "MoveNet, one person";

    public ModelInput Input => UsualInput.Raw(192, TensorLayout.Nhwc, ColourOrder.Rgb, ResizeRule.Crop) with { Int32 = true };

    // It was trained on crops that end with the person: on 80 COCO pictures with true boxes AP .299 with a margin of 1.25, .335 without. A box
    // that is made from the joints of the frame before needs the margin, or a hand that moves is cut off.
    public ModelDecode Decode => new() { JointThreshold = 0.2f, Padding = 1 };

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsNhwcPicture && input.Element == typeof(int) && outputs.Any(o => o.Rank == 4 && o.Shape[2] == 17 && o.Shape[3] == 3);

    public int Joints(TensorShape input, IReadOnlyList<TensorShape> outputs) => outputs.Where(o => o.Rank == 4).Select(o => o.Shape[2]).FirstOrDefault();

    public IPoseDecoder Decoder(ModelDescriptor descriptor) => new MoveNetDecoder(descriptor);
}
