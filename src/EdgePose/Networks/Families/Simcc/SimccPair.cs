using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Simcc;

/// <summary>
/// Which outputs of a network are the two classifications. They have one number of joints and a bin for each fraction of a pixel, the same
/// fraction in both directions; exporters differ in that fraction and put further outputs beside them.
/// </summary>
internal static class SimccPair
{
    private const float LeastRatio = 0.5f, MostRatio = 16;

    /// <summary>More joints than any skeleton has: rows of a detector.</summary>
    private const int MostJoints = 1000;

    /// <summary>The first pair that fits an input; null when there is none. Square inputs have two equal shapes: the exports give x first.</summary>
    public static (TensorShape X, TensorShape Y)? Find(TensorShape input, IReadOnlyList<TensorShape> outputs)
    {
        var (height, width) = input.PictureSize;
        for (var i = 0; i < outputs.Count; i++)
        {
            for (var k = i + 1; k < outputs.Count; k++)
            {
                if (outputs[i].Element == outputs[k].Element && Fits(outputs[i].Shape, outputs[k].Shape, width, height)) { return (outputs[i], outputs[k]); }
                if (outputs[i].Element == outputs[k].Element && Fits(outputs[k].Shape, outputs[i].Shape, width, height)) { return (outputs[k], outputs[i]); }
            }
        }
        return null;
    }

    /// <summary>True for bins over x and over y of an input of that size.</summary>
    public static bool Fits(int[] x, int[] y, int width, int height) =>
        x.Length == 3 && y.Length == 3 && x[1] == y[1] && x[1] is > 0 and <= MostJoints && (long)x[2] * height == (long)y[2] * width
        && x[2] >= LeastRatio * width && x[2] <= MostRatio * width;
}
