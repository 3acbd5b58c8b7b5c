using System.Runtime.InteropServices;

namespace EdgePose.TestSupport;

/// <summary>A named pipe, which whoever opens it for reading waits for.</summary>
internal static partial class Fifo
{
    public static string Make(string path)
    {
        Assert.Equal(0, MakeFifo(path, 0x180));
        return path;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
