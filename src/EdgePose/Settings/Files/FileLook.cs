using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EdgePose.Settings.Files;

internal enum FileKind { Regular, Folder, Link, Socket, Pipe, Device }

/// <summary>What is at a path, without opening it: whoever opens a pipe waits for its other end.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Owner">Number of the user whose it is.</param>
/// <param name="Mode">Permissions.</param>
internal readonly partial record struct FileLook(FileKind Kind, uint Owner, UnixFileMode Mode)
{
    public const uint Root = 0;

    /// <summary>Every permission of the group and of all others.</summary>
    public const UnixFileMode OfOthers = (UnixFileMode)0b000_111_111;

    private const int WorkingFolder = -100, NoFollow = 0x100; // AT_FDCWD, AT_SYMLINK_NOFOLLOW
    private const uint TypeModeOwner = 0x1 | 0x2 | 0x8; // STATX_TYPE, STATX_MODE, STATX_UID
    private const int NoEntry = 2, NotAFolder = 20; // ENOENT, ENOTDIR

    // struct statx is the same on every processor: 256 bytes, stx_uid at 20, stx_mode at 28.
    private const int StatxBytes = 256, OwnerAt = 20, ModeAt = 28;

    /// <summary>The user as whom this process acts.</summary>
    public static uint Self { get; } = EffectiveUser();

    public bool IsMineOrRoots => Owner == Self || Owner == Root;

    /// <summary>What is at <paramref name="path"/> itself, a link included; null when there is nothing.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileLook? At(string path) => Look(path, NoFollow);

    /// <summary>As <see cref="At"/>, behind links.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileLook? Behind(string path) => Look(path, 0);

    private static FileLook? Look(string path, int flags)
    {
        Span<byte> found = stackalloc byte[StatxBytes];
        if (Statx(WorkingFolder, path, flags, TypeModeOwner, ref MemoryMarshal.GetReference(found)) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is NoEntry or NotAFolder ? null : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(found[ModeAt..]);
        return new FileLook(KindOf(mode), BinaryPrimitives.ReadUInt32LittleEndian(found[OwnerAt..]), (UnixFileMode)(mode & 0xFFF));
    }

    private static FileKind KindOf(ushort mode) => (mode >> 12) switch
    {
        0x8 => FileKind.Regular,
        0x4 => FileKind.Folder,
        0xA => FileKind.Link,
        0xC => FileKind.Socket,
        0x1 => FileKind.Pipe,
        _ => FileKind.Device,
    };

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte found);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
