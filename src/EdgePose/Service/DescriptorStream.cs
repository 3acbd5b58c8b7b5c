using System.Runtime.InteropServices;

namespace EdgePose.Service;

/// <summary>
/// Writes to a descriptor that others opened. Whoever shares it may have made it non-blocking (ssh, node and many a supervisor do), and then a full
/// pipe answers "try again": the runtime's streams take that for a failure.
/// </summary>
internal sealed partial class DescriptorStream(int descriptor) : Stream
{
    private const int Interrupted = 4, TryAgain = 11;
    private const short PollOut = 4;

    /// <summary>A pipe that is closed meanwhile wakes the wait; this is for whatever does not.</summary>
    private const int PollMs = 1000;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="IOException">With the system's error number as its HResult.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var written = Write(descriptor, buffer, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }
            var error = Marshal.GetLastPInvokeError();
            if (error == TryAgain)
            {
                var ready = new PollEntry { Descriptor = descriptor, Events = PollOut };
                _ = Poll(ref ready, 1, PollMs);
            }
            else if (error != Interrupted) { throw new IOException(Marshal.GetPInvokeErrorMessage(error), error); }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is kept back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entries, nuint count, int timeoutMs);
}
