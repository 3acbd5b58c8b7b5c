using EdgePose.Domain;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Heatmap;

/// <summary>Top-down heat maps: HRNet family, Hourglass of mmpose, ViTPose, PP-TinyPose.</summary>
internal sealed class HeatmapFamily : ITopDownFamily
{
    public static readonly ModelKind Kind = new("heatmap", "Heatmap", ModelTask.TopDown);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "HRNet family, Hourglass of mmpose, ViTPose, PP-TinyPose";

    public ModelInput Input => UsualInput.ImageNet(192, 256, ResizeRule.Crop);

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsFloatPicture && MapForms.Find(input, outputs) is { } maps
        && outputs.All(o => o.Rank == 4 || (o.Rank is 2 or 3 && o.Shape[1] == MapForms.Joints(maps.Shape, input.PictureSize.Height, input.PictureSize.Width)));

    /// <summary>Where no output has the form: the channels of the first that has the rank, with or without a stack axis.</summary>
    public int Joints(TensorShape input, IReadOnlyList<TensorShape> outputs) => MapForms.Find(input, outputs) is { } maps
        ? MapForms.Joints(maps.Shape, input.PictureSize.Height, input.PictureSize.Width)
        : outputs.Where(o => o.Rank is 4 or 5).Select(o => o.Shape[^3]).FirstOrDefault();

    public IReadOnlyList<string> OutputsToName(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        outputs.Count > 1 && MapForms.Find(input, outputs) is { } maps ? [maps.Name] : [];

    public IPoseDecoder Decoder(ModelDescriptor descriptor) => new HeatmapDecoder(descriptor);
}
