using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.EndToEnd;

/// <summary>mmdeploy end-to-end detector: dets and labels.</summary>
internal sealed class EndToEndFamily : IDetectorFamily
{
    public static readonly ModelKind Kind = new("det-e2e", "DetEndToEnd", ModelTask.Detect) { HasVariableOutputs = true };

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "RTMDet and others exported by mmdeploy";

    public ModelInput Input => UsualInput.Rtmdet(320);

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsNchwPicture && outputs.Count == 2 && outputs.Any(o => o.Rank == 3 && o.Shape[2] == 5)
        && outputs.Any(o => o.Rank == 2 && (o.Element == typeof(long) || o.Element == typeof(int)));

    public IDetectorDecoder Decoder(ModelDescriptor descriptor) => new EndToEndDecoder(descriptor);
}
