using System.Globalization;
using System.Runtime.InteropServices;

namespace EdgePose.Service;

/// <summary>
/// Limits of the process below which it would fail at some later moment and for no visible reason: each library of the runtime holds up to
/// two descriptors, and where one is missing even an error cannot be printed any more.
/// </summary>
internal static partial class ProcessLimits
{
    /// <summary>The runtime, the libraries and a connection to everything that may be configured hold about 190.</summary>
    private const long FilesOfItself = 224;

    /// <summary>Pipes of ffmpeg and ffprobe, and those of the attempt that takes over.</summary>
    private const long FilesPerStream = 8;

    /// <summary>Runtime and ONNX Runtime alone; networks need more, which the system then shows.</summary>
    private const long LeastMemory = 160L << 20;

    /// <summary>Why this process cannot serve that many streams, and the next step; null when it can.</summary>
    public static (string Problem, string Hint)? Find(int streams) => Judge(streams, OpenFiles(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <param name="streams">Streams to be served.</param>
    /// <param name="files">Files that may be open.</param>
    /// <param name="memory">Bytes that the process may have.</param>
    internal static (string Problem, string Hint)? Judge(int streams, long files, long memory)
    {
        var needed = FilesOfItself + FilesPerStream * streams;
        if (files < needed)
        {
            return (string.Create(CultureInfo.InvariantCulture, $"this process may have {files} files open, and needs up to {needed}"), "raise it: ulimit -n 1024, or LimitNOFILE= of the unit");
        }
        return memory >= LeastMemory ? null
            : (string.Create(CultureInfo.InvariantCulture, $"this process may have {memory >> 20} MiB of memory, and needs at least {LeastMemory >> 20} MiB and room for the networks"),
                "raise it: MemoryMax= of the unit or of the container, or DOTNET_GCHeapHardLimit");
    }

    private static long OpenFiles() => GetLimit(7, out var limit) != 0 || limit.Soft > long.MaxValue ? long.MaxValue : (long)limit.Soft;

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft, Hard;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);
}
