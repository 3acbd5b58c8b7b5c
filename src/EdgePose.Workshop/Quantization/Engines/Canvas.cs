using EdgePose.Domain;

namespace EdgePose.Workshop.Quantization.Engines;

/// <summary>
/// Black canvas of a fixed aspect ratio with the picture top left, so that coordinates stay: a bottom-up network of static size only takes
/// frames of its own ratio.
/// </summary>
internal static class Canvas
{
    /// <summary>The frame itself when it has the ratio of <paramref name="width"/> to <paramref name="height"/> to the pixel.</summary>
    public static Frame Fit(Frame frame, int width, int height)
    {
        // Rounded so that the canvas is never too wide: the network's long side is rounded up to its next multiple.
        var w = Math.Max(frame.Width, (int)((long)frame.Height * width / height));
        var h = Math.Max(frame.Height, (int)(((long)frame.Width * height + width - 1) / width));
        if (w == frame.Width && h == frame.Height) { return frame; }
        var canvas = new Frame(w, h) { Info = frame.Info };
        for (var y = 0; y < frame.Height; y++) { frame.Pixels.AsSpan(y * frame.Width * 3, frame.Width * 3).CopyTo(canvas.Pixels.AsSpan(y * w * 3)); }
        return canvas;
    }
}
