using System.Runtime.InteropServices;

namespace EdgePose.Networks.Runtime;

/// <summary>
/// Gives memory back that only a start has needed: the bytes of model files, the copies that ONNX Runtime makes while it optimises a graph,
/// and the work space of its first run. Measured with LitePose-M at 640x448 on two threads: 324 MiB resident without, 229 MiB with all of it.
/// </summary>
internal static partial class FreeMemory
{
    /// <summary>
    /// Run option: frees the parts of the arena that nobody uses after this run. The first run of an input size finds out what it needs with
    /// many small blocks; all later ones ask for one block, so what the first one took would never be used again.
    /// </summary>
    public const string ShrinkArena = "memory.enable_memory_arena_shrinkage";

    /// <summary>glibc's M_ARENA_MAX (malloc.h).</summary>
    private const int ArenaMax = -8;

    private static bool _trims = true;

    /// <summary>Returns the free pages of the C heap to the system; glibc keeps them otherwise. Does nothing with another C library.</summary>
    public static void TrimNative()
    {
        if (!_trims) { return; }
        try { _ = MallocTrim(0); }
        catch (EntryPointNotFoundException)
        {
            _trims = false;
        }
    }

    /// <summary>
    /// One C heap for all threads: glibc gives threads heaps of their own, each with free pages that no other thread uses. Does nothing with
    /// another C library.
    /// </summary>
    public static void ShareNativeHeap()
    {
        try { _ = MallOpt(ArenaMax, 1); }
        catch (EntryPointNotFoundException)
        {
            _trims = false;
        }
    }

    /// <summary>As <see cref="TrimNative"/>, after the managed heap. Stops every thread for some milliseconds: only around a start.</summary>
    public static void TrimAll()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TrimNative();
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MallOpt(int parameter, int value);
}
