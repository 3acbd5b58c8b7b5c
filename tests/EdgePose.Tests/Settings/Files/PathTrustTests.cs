using System.Runtime.InteropServices;
using EdgePose.Settings.Files;

namespace EdgePose.Tests.Settings.Files;

/// <summary>Paths that another user could have prepared.</summary>
public sealed partial class PathTrustTests : IDisposable
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;
    private const uint Stranger = 65_533;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-trust-").FullName;

    private string Make(string name, UnixFileMode mode = PrivateFolder.OwnerOnly)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, mode);
        return path;
    }

    [Fact]
    public void Problem_OwnFolder_IsNone() => Assert.Equal("", PathTrust.Problem(Make("own")));

    [Fact]
    public void Problem_FolderThatDoesNotExist_IsNoneWhenTheWayIsGood() => Assert.Equal("", PathTrust.Problem(Path.Combine(Make("own"), "later", "deep")));

    [Fact]
    public void Problem_OwnLinkToAnOwnFolder_IsNone()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), Make("own"));
        Assert.Equal("", PathTrust.Problem(Path.Combine(_folder, "link", "run")));
    }

    [Fact]
    public void Problem_EverybodyMayWrite_IsSaid() => Assert.Contains("everybody may write to", PathTrust.Problem(Path.Combine(Make("open", Everybody), "run")), StringComparison.Ordinal);

    [Fact]
    public void Problem_BehindALink_IsFoundAsWell()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), Make("open", Everybody));
        Assert.Contains("everybody may write to", PathTrust.Problem(Path.Combine(_folder, "link")), StringComparison.Ordinal);
    }

    [Fact]
    public void Problem_LinksInACircle_IsAnAnswer()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "a"), Path.Combine(_folder, "b"));
        File.CreateSymbolicLink(Path.Combine(_folder, "b"), Path.Combine(_folder, "a"));
        Assert.Contains("too many links", PathTrust.Problem(Path.Combine(_folder, "a", "run")), StringComparison.Ordinal);
    }

    [Fact]
    public void Problem_AFileOnTheWay_IsSaid()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        Assert.Contains("is no folder", PathTrust.Problem(Path.Combine(_folder, "file", "run")), StringComparison.Ordinal);
    }

    [Fact]
    public void Problem_FolderOfAnotherUser_IsTrustedOnlyWhereRootPutIt()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to make a folder of another user");
        var (plain, open) = (Make("plain"), Path.Combine(Make("tmp", Everybody | UnixFileMode.StickyBit), "edgepose-me"));
        Directory.CreateDirectory(open);
        Assert.Equal(0, ChangeOwner(plain, Stranger, Stranger));
        Assert.Equal(0, ChangeOwner(open, Stranger, Stranger));
        Assert.Equal("", PathTrust.Problem(plain, delegated: true));
        Assert.All([PathTrust.Problem(plain), PathTrust.Problem(open), PathTrust.Problem(open, delegated: true)],
            problem => Assert.Contains("belongs to another user", problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Look_KnowsEveryKind()
    {
        var pipe = Path.Combine(_folder, "pipe");
        Assert.Equal(0, MakePipe(pipe, 0x180));
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), pipe);
        Assert.Equal(
            [FileKind.Pipe, FileKind.Regular, FileKind.Link, FileKind.Folder, FileKind.Device],
            ((string[])[pipe, Path.Combine(_folder, "file"), Path.Combine(_folder, "link"), _folder, "/dev/null"]).Select(p => FileLook.At(p)!.Value.Kind));
        Assert.Equal(FileKind.Pipe, FileLook.Behind(Path.Combine(_folder, "link"))!.Value.Kind);
        Assert.Null(FileLook.At(Path.Combine(_folder, "nothing")));
        Assert.True(FileLook.At(_folder)!.Value.IsMineOrRoots);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakePipe(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeOwner(string path, uint user, uint group);
}
