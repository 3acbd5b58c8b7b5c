using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Simcc;

/// <summary>Top-down, two 1-D classification outputs: RTMPose, DWPose.</summary>
internal sealed class SimccFamily : ITopDownFamily
{
    public static readonly ModelKind Kind = new("simcc", "Simcc", ModelTask.TopDown);

    ModelKind IModelFamily.Kind => Kind;

    public ModelInput Input => UsualInput.ImageNet(192, 256, ResizeRule.Crop);

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs)
    {
        if (!input.IsNchwPicture || outputs is not [{ Rank: 3 } a, { Rank: 3 } b] || a.Shape[1] != b.Shape[1]) { return false; }
        var (rows, columns) = (2 * input.Shape[2], 2 * input.Shape[3]);
        return (a.Shape[2] == columns && b.Shape[2] == rows) || (a.Shape[2] == rows && b.Shape[2] == columns);
    }

    public int Joints(IReadOnlyList<TensorShape> outputs) => outputs.Where(o => o.Rank == 3).Select(o => o.Shape[1]).FirstOrDefault();

    public IPoseDecoder Decoder(ModelDescriptor descriptor) => new SimccDecoder(descriptor);
}
