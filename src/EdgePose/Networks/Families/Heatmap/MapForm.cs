using EdgePose.Networks.Runtime;

namespace EdgePose.Networks.Families.Heatmap;

/// <summary>How the heat maps of an output lie: [n, joints, h, w], or [n, h, w, joints] of networks that come from TensorFlow.</summary>
internal enum MapForm { None, JointsFirst, JointsLast }

internal static class MapForms
{
    /// <summary>Pixels of the input per cell: coarser maps are a detector's, and one value for each pixel is a segmentation.</summary>
    private static readonly int[] Strides = [2, 4, 8];

    /// <summary>The form of a map of an input of that size.</summary>
    public static MapForm Of(int[] shape, int height, int width) => shape.Length != 4 ? MapForm.None
        : Covers(shape[2], shape[3], height, width) ? MapForm.JointsFirst
        : Covers(shape[1], shape[2], height, width) ? MapForm.JointsLast
        : MapForm.None;

    /// <summary>
    /// The output with the heat maps: the only one of rank 4, or the last of several heads of one form, which is the most refined one. Null
    /// when there is none, or when outputs of rank 4 are something else.
    /// </summary>
    public static TensorShape? Find(TensorShape input, IReadOnlyList<TensorShape> outputs)
    {
        var (height, width) = input.PictureSize;
        TensorShape? last = null;
        foreach (var output in outputs.Where(o => o.Rank == 4))
        {
            var form = Of(output.Shape, height, width);
            if (form == MapForm.None || (last is not null && Joints(last.Shape, height, width) != Joints(output.Shape, height, width))) { return null; }
            last = output;
        }
        return last;
    }

    public static int Joints(int[] shape, int height, int width) => Of(shape, height, width) switch
    {
        MapForm.JointsFirst => shape[1],
        MapForm.JointsLast => shape[3],
        MapForm.None => 0,
        var form => throw new ArgumentOutOfRangeException(nameof(shape), form, "unknown"),
    };

    // For every crop of every frame: without a delegate, which would be allocated.
    private static bool Covers(int rows, int columns, int height, int width)
    {
        foreach (var stride in Strides)
        {
            if (rows * stride == height && columns * stride == width) { return true; }
        }
        return false;
    }
}
