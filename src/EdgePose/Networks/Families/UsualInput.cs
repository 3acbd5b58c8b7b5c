using EdgePose.Domain;

namespace EdgePose.Networks.Families;

/// <summary>
/// The forms of input that families share. Means and deviations are those of the authors' training pipelines (open-mmlab/mmpose,
/// open-mmlab/mmdetection, Megvii-BaseDetection/YOLOX, mit-han-lab/litepose).
/// </summary>
internal static class UsualInput
{
    // In 0..255 units, RGB.
    private static readonly float[] ImageNetMean = [123.675f, 116.28f, 103.53f];
    private static readonly float[] ImageNetStd = [58.395f, 57.12f, 57.375f];

    /// <summary>NCHW, RGB, with ImageNet's statistics.</summary>
    public static ModelInput ImageNet(int width, int height, ResizeRule resize) => Normalised(width, height, resize, ImageNetMean, ImageNetStd);

    /// <summary>NCHW, RGB.</summary>
    public static ModelInput Normalised(int width, int height, ResizeRule resize, IReadOnlyList<float> mean, IReadOnlyList<float> std) => new()
    {
        Width = width, Height = height, Layout = TensorLayout.Nchw, Colour = ColourOrder.Rgb, Resize = resize, Mean = mean, Std = std,
    };

    /// <summary>Letterboxed BGR with ImageNet's statistics in that order: the input of mmdetection's RTMDet.</summary>
    public static ModelInput Rtmdet(int side) => Normalised(side, side, ResizeRule.Letterbox, [103.53f, 116.28f, 123.675f], [57.375f, 57.12f, 58.395f]) with
    {
        Colour = ColourOrder.Bgr,
        PadValue = 114,
    };

    /// <summary>Letterboxed RGB as parts of 255: the input of ultralytics' networks and of YOLOv7.</summary>
    public static ModelInput Yolo { get; } = Normalised(640, 640, ResizeRule.Letterbox, [0, 0, 0], [255, 255, 255]) with { PadValue = 114 };

    /// <summary>The values 0..255 as they are.</summary>
    public static ModelInput Raw(int side, TensorLayout layout, ColourOrder colour, ResizeRule resize, byte pad = 0) => new()
    {
        Width = side, Height = side, Layout = layout, Colour = colour, Resize = resize, PadValue = pad,
    };
}
