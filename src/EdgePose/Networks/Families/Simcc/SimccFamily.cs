using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Simcc;

/// <summary>Top-down, two 1-D classification outputs: RTMPose, DWPose.</summary>
internal sealed class SimccFamily : ITopDownFamily
{
    public static readonly ModelKind Kind = new("simcc", "Simcc", ModelTask.TopDown);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "RTMPose, DWPose";

    public ModelInput Input => UsualInput.ImageNet(192, 256, ResizeRule.Crop);

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) => input.IsFloatPicture && SimccPair.Find(input, outputs) is not null;

    public int Joints(TensorShape input, IReadOnlyList<TensorShape> outputs) => SimccPair.Find(input, outputs)?.X.Shape[1]
        ?? outputs.Where(o => o.Rank == 3).Select(o => o.Shape[1]).FirstOrDefault();

    public IReadOnlyList<string> OutputsToName(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        outputs.Count > 2 && SimccPair.Find(input, outputs) is { } pair ? [pair.X.Name, pair.Y.Name] : [];

    public IPoseDecoder Decoder(ModelDescriptor descriptor) => new SimccDecoder(descriptor);
}
