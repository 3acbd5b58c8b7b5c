using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.PicoDet;

/// <summary>PicoDet, decoded boxes and scores without NMS.</summary>
internal sealed class PicoDetFamily : IDetectorFamily
{
    public static readonly ModelKind Kind = new("picodet", "PicoDet", ModelTask.Detect);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "PicoDet";

    public ModelInput Input => UsualInput.ImageNet(320, 320, ResizeRule.Stretch);

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsNchwPicture && outputs.Count == 2 && outputs.Any(o => o.Rank == 3 && o.Shape[2] == 4) && outputs.Any(o => o.Rank == 3 && o.Shape[1] == 1);

    public IDetectorDecoder Decoder(ModelDescriptor descriptor) => new PicoDetDecoder(descriptor);
}
