using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Heatmap;

/// <summary>Top-down heat maps: HRNet family, Hourglass of mmpose, ViTPose, PP-TinyPose.</summary>
internal sealed class HeatmapFamily : ITopDownFamily
{
    public static readonly ModelKind Kind = new("heatmap", "Heatmap", ModelTask.TopDown);

    ModelKind IModelFamily.Kind => Kind;

    public ModelInput Input => UsualInput.ImageNet(192, 256, ResizeRule.Crop);

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsNchwPicture && outputs is [{ Rank: 4 } maps] && maps.Shape[2] == input.Shape[2] / 4 && maps.Shape[3] == input.Shape[3] / 4;

    public int Joints(IReadOnlyList<TensorShape> outputs) => JointsOf(outputs);

    public IPoseDecoder Decoder(ModelDescriptor descriptor) => new HeatmapDecoder(descriptor);

    /// <summary>The channels of the first output that has the rank of heat maps, with or without a stack axis.</summary>
    public static int JointsOf(IReadOnlyList<TensorShape> outputs) => outputs.Where(o => o.Rank is 4 or 5).Select(o => o.Shape[^3]).FirstOrDefault();
}
