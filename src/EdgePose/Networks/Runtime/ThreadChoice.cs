namespace EdgePose.Networks.Runtime;

/// <summary>How many threads a network gets on the CPU when nobody says.</summary>
internal static class ThreadChoice
{
    /// <summary>Streams that one core can decode beside other work: a sub-stream costs a tenth of a core or less.</summary>
    private const int StreamsPerCore = 4;

    /// <summary>
    /// All cores for a few streams. With many, up to a quarter of the cores is left to ffmpeg: the threads of an operator wait for the slowest of
    /// them, so one that a decoder pushes aside holds up all. Boards of fewer than four cores have none to spare.
    /// </summary>
    /// <param name="cores">Cores that the process may use.</param>
    /// <param name="streams">Streams that ffmpeg decodes.</param>
    public static int For(int cores, int streams) => Math.Max(1, cores - Math.Min(cores / 4, (streams - 1) / StreamsPerCore));
}
