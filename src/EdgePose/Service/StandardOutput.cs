using Microsoft.Win32.SafeHandles;

namespace EdgePose.Service;

/// <summary>Standard output as a stream that says when nobody reads it any more: the console's own stream hides that.</summary>
internal static class StandardOutput
{
    private const nint Descriptor = 1;

    public static Stream Open() => new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
}
