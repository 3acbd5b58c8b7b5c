using EdgePose.Domain;

namespace EdgePose.Networks.Models;

/// <summary>
/// What the public exports of each network family have in common: the defaults that a descriptor need not repeat. Means and deviations are
/// those of the authors' training pipelines (open-mmlab/mmpose, open-mmlab/mmdetection, Megvii-BaseDetection/YOLOX, mit-han-lab/litepose).
/// </summary>
internal static class ModelFamilies
{
    public static readonly (string Word, ModelKind Kind)[] Kinds =
    [
        ("litepose", ModelKind.LitePose), ("simcc", ModelKind.Simcc), ("heatmap", ModelKind.Heatmap),
        ("hourglass-princeton", ModelKind.HourglassPrinceton), ("movenet-single", ModelKind.MoveNetSingle), ("yolox-raw", ModelKind.YoloxRaw),
        ("det-e2e", ModelKind.DetEndToEnd), ("rtmdet-raw", ModelKind.RtmdetRaw), ("picodet", ModelKind.PicoDet),
        ("centernet", ModelKind.CenterNet),
    ];

    /// <summary>Joint layouts that a pose model can name.</summary>
    public static readonly IReadOnlyList<string> Skeletons = ["coco17", "crowdpose14", "coco_wholebody133", "mpii16"];

    // ImageNet's statistics in 0..255 units, RGB; the same in RTMDet's BGR order.
    private static readonly float[] ImageNetMean = [123.675f, 116.28f, 103.53f];
    private static readonly float[] ImageNetStd = [58.395f, 57.12f, 57.375f];
    private static readonly float[] RtmdetMean = [103.53f, 116.28f, 123.675f];
    private static readonly float[] RtmdetStd = [57.375f, 57.12f, 58.395f];

    public static ModelInput Input(ModelKind kind) => kind switch
    {
        ModelKind.LitePose => Normalised(448, 448, ResizeRule.ShortSide, ImageNetMean, ImageNetStd),
        ModelKind.Simcc or ModelKind.Heatmap => Normalised(192, 256, ResizeRule.Crop, ImageNetMean, ImageNetStd),
        ModelKind.HourglassPrinceton => Normalised(256, 256, ResizeRule.Crop, [0, 0, 0], [255, 255, 255]) with { Layout = TensorLayout.Nhwc },
        ModelKind.MoveNetSingle => Raw(192, TensorLayout.Nhwc, ColourOrder.Rgb, ResizeRule.Crop, 0) with { Int32 = true },
        ModelKind.YoloxRaw => Raw(416, TensorLayout.Nchw, ColourOrder.Bgr, ResizeRule.Letterbox, 114),
        ModelKind.DetEndToEnd => Rtmdet(320),
        ModelKind.RtmdetRaw => Rtmdet(640),
        ModelKind.PicoDet => Normalised(320, 320, ResizeRule.Stretch, ImageNetMean, ImageNetStd),
        ModelKind.CenterNet => Raw(512, TensorLayout.Nhwc, ColourOrder.Rgb, ResizeRule.Stretch, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a family without defaults"),
    };

    public static ModelDecode Decode(ModelKind kind) => kind switch
    {
        ModelKind.LitePose => new ModelDecode { JointThreshold = 0.1f },
        ModelKind.HourglassPrinceton => new ModelDecode { Refine = HeatmapRefine.QuarterAe },
        ModelKind.MoveNetSingle => new ModelDecode { JointThreshold = 0.2f },
        ModelKind.YoloxRaw => new ModelDecode { NmsThreshold = 0.45f },
        ModelKind.CenterNet => new ModelDecode { NmsThreshold = 0.5f },
        _ => new ModelDecode(),
    };

    /// <summary>Outputs to ask for. CenterNet's two maps are 5.5 MB per frame and nobody reads them.</summary>
    public static IReadOnlyList<string> Outputs(ModelKind kind) => kind == ModelKind.CenterNet ? ["tower_0/detections"] : [];

    private static ModelInput Normalised(int width, int height, ResizeRule resize, IReadOnlyList<float> mean, IReadOnlyList<float> std) => new()
    {
        Width = width, Height = height, Layout = TensorLayout.Nchw, Colour = ColourOrder.Rgb, Resize = resize, Mean = mean, Std = std,
    };

    private static ModelInput Rtmdet(int side) => Normalised(side, side, ResizeRule.Letterbox, RtmdetMean, RtmdetStd) with
    {
        Colour = ColourOrder.Bgr,
        PadValue = 114,
    };

    private static ModelInput Raw(int side, TensorLayout layout, ColourOrder colour, ResizeRule resize, byte pad) => new()
    {
        Width = side, Height = side, Layout = layout, Colour = colour, Resize = resize, PadValue = pad,
    };
}
