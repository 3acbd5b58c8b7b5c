using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EdgePose.Settings;

/// <summary>
/// Reads small files that people write: passwords, keys, certificates. Whatever stands at the path, the call returns at once and says in words
/// what was wrong; a pipe is not waited for.
/// </summary>
internal static partial class TextFile
{
    /// <summary>The reason where the bytes are something else than text.</summary>
    public const string NotText = "is not UTF-8 text";

    private const int ReadOnly = 0, NonBlocking = 0x800, CloseOnExec = 0x80000, NoEntry = 2, NoAccess = 13;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text, without a byte-order mark; null, with the reason as the end of a sentence about the file.</summary>
    /// <param name="path">Where it should be.</param>
    /// <param name="mostBytes">More is refused.</param>
    /// <param name="mode">Of the file that was opened, not of the path, which may have changed in between.</param>
    /// <param name="why">Empty when it was read.</param>
    public static string? TryRead(string path, int mostBytes, out UnixFileMode mode, out string why)
    {
        mode = UnixFileMode.None;
        if (Directory.Exists(path))
        {
            why = "is a folder";
            return null;
        }
        using var handle = Open(path, ReadOnly | NonBlocking | CloseOnExec);
        if (handle.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            why = error switch
            {
                NoEntry => "does not exist",
                NoAccess => "cannot be read (permission denied)",
                _ => $"cannot be read ({Marshal.GetPInvokeErrorMessage(error)})",
            };
            return null;
        }
        try
        {
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            if (OperatingSystem.IsLinux()) { mode = File.GetUnixFileMode(handle); }
            // Neither a pipe nor a terminal can be read again at the next start, or on every connection.
            if (!stream.CanSeek)
            {
                why = "is a pipe or a device, not a file";
                return null;
            }
            return Read(stream, mostBytes, out why);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            why = $"cannot be read ({e.Message})";
            return null;
        }
    }

    private static string? Read(FileStream stream, int mostBytes, out string why)
    {
        var buffer = new byte[mostBytes + 1];
        try
        {
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > mostBytes)
            {
                why = $"is larger than {mostBytes / 1024} KiB";
                return null;
            }
            return Decode(buffer.AsSpan(0, length), out why);
        }
        finally { Array.Clear(buffer); }
    }

    private static string? Decode(ReadOnlySpan<byte> bytes, out string why)
    {
        why = "";
        if (bytes.StartsWith("\uFEFF"u8)) { bytes = bytes[3..]; }
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            why = "is UTF-16 text; save it as UTF-8";
            return null;
        }
        try { return Strict.GetString(bytes); }
        catch (DecoderFallbackException)
        {
            why = NotText;
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial SafeFileHandle Open(string path, int flags);
}
