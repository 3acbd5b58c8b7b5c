using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Rtmdet;

/// <summary>RTMDet, raw class and distance maps.</summary>
internal sealed class RtmdetFamily : IDetectorFamily
{
    public static readonly ModelKind Kind = new("rtmdet-raw", "RtmdetRaw", ModelTask.Detect);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "RTMDet, raw heads";

    public ModelInput Input => UsualInput.Rtmdet(640);

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) => input.IsNchwPicture && outputs.Count switch
    {
        6 => outputs.Count(o => o.Rank == 4 && o.Shape[1] == 1) == 3 && outputs.Count(o => o.Rank == 4 && o.Shape[1] == 4) == 3,
        3 => outputs.All(o => o.Rank == 4 && o.Shape[3] == 5),
        _ => false,
    };

    public IDetectorDecoder Decoder(ModelDescriptor descriptor) => new RtmdetDecoder(descriptor);
}
