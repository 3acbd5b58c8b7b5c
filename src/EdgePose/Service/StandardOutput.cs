using Microsoft.Win32.SafeHandles;

namespace EdgePose.Service;

/// <summary>Standard output as a stream that says when nobody reads it any more.</summary>
internal static class StandardOutput
{
    private const int Descriptor = 1;

    /// <summary>
    /// A pipe or a terminal is written directly, because the console's own stream hides that the reader is gone. A file is left to that stream: it
    /// has no reader, and may be shared with the log, whose lines a position of our own would overwrite.
    /// </summary>
    public static Stream Open()
    {
        using var probe = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return probe.CanSeek ? Console.OpenStandardOutput() : new DescriptorStream(Descriptor);
    }
}
