using EdgePose.Networks.Preprocessing;

namespace EdgePose.Networks.Families.LitePose;

/// <summary>
/// Input size and position of a picture for bottom-up networks: the short side becomes the network's size, the long one the next
/// multiple of 64, and the picture's centre is mapped to the input's centre (mit-han-lab/litepose:lib/utils/transforms.py).
/// </summary>
/// <param name="Width">Input width in pixels, a multiple of 64.</param>
/// <param name="Height">Input height in pixels, a multiple of 64.</param>
/// <param name="Placement">Picture pixels to input pixels; both scales agree up to float32 rounding.</param>
internal readonly record struct MultiScaleGeometry(int Width, int Height, Placement Placement)
{
    private const int Multiple = 64;

    /// <summary>Unit of the reference's "scale".</summary>
    private const double PixelStd = 200;

    /// <param name="width">Width of the picture.</param>
    /// <param name="height">Height of the picture.</param>
    /// <param name="shortSide">Wanted short side of the input; rounded up to a multiple of 64.</param>
    public static MultiScaleGeometry For(int width, int height, int shortSide)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var side = ShortSide(shortSide);
        var (shorter, longer) = (Math.Min(width, height), Math.Max(width, height));
        var extended = checked((int)(Math.Floor(((double)side / shorter * longer + Multiple - 1) / Multiple) * Multiple));
        var (targetWidth, targetHeight) = width < height ? (side, extended) : (extended, side);
        var scale = width < height ? width / PixelStd : (double)targetWidth / targetHeight * height / PixelStd;
        return new MultiScaleGeometry(targetWidth, targetHeight, Place(width, height, targetWidth, targetHeight, scale));
    }

    /// <summary>The short side that <see cref="For"/> really uses.</summary>
    public static int ShortSide(int wanted)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(wanted);
        return (wanted + Multiple - 1) / Multiple * Multiple;
    }

    /// <summary>What is used instead of <paramref name="side"/> when time is short: about three quarters of it, at least 64.</summary>
    public static int SmallerSide(int side) => Math.Max(Multiple, (int)Math.Ceiling(0.75 * side / Multiple - 0.5) * Multiple);

    // The reference solves for the affine through three points held as float32: the centre, a point half a width above it and the
    // turned third one. Keeping that rounding gives its matrix exactly instead of to 1e-8.
    private static Placement Place(int width, int height, int targetWidth, int targetHeight, double scale)
    {
        var (centreX, centreY) = ((int)(width / 2.0 + 0.5), (int)(height / 2.0 + 0.5));
        var (halfWidth, halfHeight) = (targetWidth * 0.5, targetHeight * 0.5);
        var above = (float)(centreY - 0.5 * scale * PixelStd);
        var reach = centreY - above;
        var left = centreX - reach;
        var scaleX = halfWidth / (centreX - (double)left);
        var scaleY = halfWidth / (centreY - (double)above);
        return new Placement(scaleX, scaleY, halfWidth - scaleX * centreX, halfHeight - scaleY * centreY);
    }
}
