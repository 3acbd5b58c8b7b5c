using EdgePose.Domain;
using EdgePose.Settings;

namespace EdgePose.Networks.Models;

/// <summary>The words of descriptors, for whoever reads or writes one.</summary>
internal static class DescriptorWords
{
    public static readonly Words<TensorLayout> Layouts = new(("nchw", TensorLayout.Nchw), ("nhwc", TensorLayout.Nhwc));
    public static readonly Words<ColourOrder> Colours = new(("rgb", ColourOrder.Rgb), ("bgr", ColourOrder.Bgr));

    public static readonly Words<ResizeRule> Resizes = new(
        ("letterbox", ResizeRule.Letterbox), ("stretch", ResizeRule.Stretch), ("short-side", ResizeRule.ShortSide), ("crop", ResizeRule.Crop));

    public static readonly Words<HeatmapRefine> Refinements = new(
        ("none", HeatmapRefine.None), ("quarter", HeatmapRefine.Quarter), ("quarter-ae", HeatmapRefine.QuarterAe), ("dark", HeatmapRefine.Dark),
        ("udp-dark", HeatmapRefine.UdpDark));
}
