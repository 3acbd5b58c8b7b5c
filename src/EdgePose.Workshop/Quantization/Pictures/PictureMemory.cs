using EdgePose.Networks.Runtime;

namespace EdgePose.Workshop.Quantization.Pictures;

/// <summary>
/// Gives memory back while many pictures go through networks. Their buffers are large and short-lived; the collector, which looks at the
/// machine's memory, would let gigabytes of them gather.
/// </summary>
internal static class PictureMemory
{
    private const int Each = 16;

    /// <summary>Call once for each picture.</summary>
    /// <param name="done">Its number.</param>
    public static void Count(int done)
    {
        if (done % Each == Each - 1) { FreeMemory.TrimAll(); }
    }
}
