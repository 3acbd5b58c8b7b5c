using EdgePose.Domain;
using EdgePose.Networks.Families.Heatmap;
using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Hourglass;

/// <summary>Stacked Hourglass with NHWC input and a stack axis.</summary>
internal sealed class HourglassFamily : ITopDownFamily
{
    public static readonly ModelKind Kind = new("hourglass-princeton", "HourglassPrinceton", ModelTask.TopDown);

    ModelKind IModelFamily.Kind => Kind;

    public string Networks => "Stacked Hourglass of its authors";

    public ModelInput Input => UsualInput.Normalised(256, 256, ResizeRule.Crop, [0, 0, 0], [255, 255, 255]) with { Layout = TensorLayout.Nhwc };

    public ModelDecode Decode => new() { Refine = HeatmapRefine.QuarterAe };

    public bool Recognises(TensorShape input, IReadOnlyList<TensorShape> outputs) =>
        input.IsNhwcPicture && input.Element != typeof(int) && outputs is [{ Rank: 5 }];

    public int Joints(TensorShape input, IReadOnlyList<TensorShape> outputs) => outputs.Where(o => o.Rank is 4 or 5).Select(o => o.Shape[^3]).FirstOrDefault();

    public IPoseDecoder Decoder(ModelDescriptor descriptor) => new HeatmapDecoder(descriptor);
}
