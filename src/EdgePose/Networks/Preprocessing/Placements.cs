using EdgePose.Domain;

namespace EdgePose.Networks.Preprocessing;

/// <summary>The placements of the supported resize rules.</summary>
internal static class Placements
{
    /// <summary>
    /// Uniform scale r = min(height / frameHeight, width / frameWidth), top-left. The content is the truncated size, but coordinates go
    /// back by r itself, as in Megvii-BaseDetection/YOLOX:yolox/data/data_augment.py and everything trained with it.
    /// </summary>
    public static Placement Letterbox(int frameWidth, int frameHeight, int width, int height, out int contentWidth, out int contentHeight)
    {
        var r = Math.Min((double)height / frameHeight, (double)width / frameWidth);
        contentWidth = Math.Clamp((int)(frameWidth * r), 1, width);
        contentHeight = Math.Clamp((int)(frameHeight * r), 1, height);
        return new Placement(r, r, 0, 0);
    }

    /// <summary>Both sides scaled separately to fill the input.</summary>
    public static Placement Stretch(int frameWidth, int frameHeight, int width, int height) =>
        new((double)width / frameWidth, (double)height / frameHeight, 0, 0);

    /// <summary>
    /// Crop around a person box: both sides times <paramref name="padding"/>, the smaller one widened to the input's aspect ratio, the
    /// centre of the box on the centre of the input (closed form of open-mmlab/mmpose:mmpose/structures/bbox/transforms.py without
    /// rotation). A square input gives the square crop of MoveNet.
    /// </summary>
    /// <param name="box">Finite and not empty.</param>
    /// <param name="width">Input width in pixels.</param>
    /// <param name="height">Input height in pixels.</param>
    /// <param name="padding">Margin factor; 1 when the box has its margin already.</param>
    /// <param name="udp">Pixel-centre form for models trained with unbiased data processing: spans of (size - 1) pixels.</param>
    public static Placement Crop(in Box box, int width, int height, double padding, bool udp)
    {
        var (cx, cy) = (((double)box.X1 + box.X2) * 0.5, ((double)box.Y1 + box.Y2) * 0.5);
        var (sw, sh) = (((double)box.X2 - box.X1) * padding, ((double)box.Y2 - box.Y1) * padding);
        var aspect = (double)width / height;
        if (sw > sh * aspect) { sh = sw / aspect; } else { sw = sh * aspect; }
        var (spanX, spanY) = udp ? (width - 1.0, height - 1.0) : (width, height);
        var (kx, ky) = (spanX / sw, spanY / sh);
        return new Placement(kx, ky, spanX * 0.5 - kx * cx, spanY * 0.5 - ky * cy);
    }
}
