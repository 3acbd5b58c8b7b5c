using System.Globalization;

namespace EdgePose.Streams;

/// <summary>How a picture is coded: its size, and the shape of one pixel.</summary>
/// <param name="Width">Pixels per row, before rotation.</param>
/// <param name="Height">Rows, before rotation.</param>
/// <param name="PixelAspect">Width of a pixel by its height; 1 for square ones.</param>
internal readonly record struct PictureShape(int Width, int Height, double PixelAspect)
{
    /// <summary>Beyond this a ratio is rubbish: 2:1 and 1:2 are the widest in use (half a picture's columns or rows).</summary>
    private const double Widest = 4;

    /// <summary>The size of the picture turned upright, with square pixels: columns are stretched, rows stay.</summary>
    public (int Width, int Height) Upright(int rotation)
    {
        var width = Math.Max(1, (int)Math.Round(Width * PixelAspect));
        return rotation % 180 == 0 ? (width, Height) : (Height, width);
    }

    /// <summary>Reads a ratio such as <c>16:15</c> or <c>16/15</c>; 0 when there is none, or none that can be.</summary>
    public static double Ratio(string text)
    {
        var parts = text.Split(':', '/');
        return parts.Length == 2
            && double.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var across)
            && double.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var down)
            && down > 0 && across / down is >= 1 / Widest and <= Widest ? across / down : 0;
    }
}
