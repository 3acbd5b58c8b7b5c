using EdgePose.Delivery.Spool;
using EdgePose.Service;
using EdgePose.Service.Checks;
using EdgePose.Settings;
using EdgePose.Settings.Problems;
using EdgePose.TestSupport;
using EdgePose.Tests.Service.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgePose.Tests.Service;

public sealed class SpoolFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-state-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("/var/lib/edgepose", "/x", "/users/u", "/var/lib/edgepose/spool")]
    [InlineData("/var/lib/a:/var/lib/b", "", "/users/u", "/var/lib/a/spool")]
    [InlineData("", "/x", "/users/u", "/x/edgepose/spool")]
    [InlineData("", "relative", "/users/u", "/users/u/.local/state/edgepose/spool")]
    [InlineData("", "", "/users/u", "/users/u/.local/state/edgepose/spool")]
    public void Default_FollowsSystemdThenXdg(string state, string xdg, string home, string expected) =>
        Assert.Equal(expected, SpoolFolder.Default(name => name switch { "STATE_DIRECTORY" => state, "XDG_STATE_HOME" => xdg, "HOME" => home, _ => null }));

    [Fact]
    public void Options_AreThoseOfTheConfiguration()
    {
        var config = Loading.Good("spool: { folder: /data/spool, max_size: 3MiB, max_age: 2h }\nstreams:\n  a: rtsp://camera/x\n");
        var options = SpoolFolder.Options(config.Spool, _ => null);
        Assert.Equal(("/data/spool", 3L << 20, TimeSpan.FromHours(2)), (options.Folder, options.MaxBytes, options.MaxAge));
        Assert.NotEqual(Guid.Empty, options.KernelBoot);
    }

    [Theory]
    [InlineData("max_size: 1000KiB")]
    [InlineData("max_size: 5GiB")]
    [InlineData("max_size: 256")]
    [InlineData("max_size: 256MB")]
    [InlineData("max_size: -1MiB")]
    [InlineData("max_age: 5s")]
    [InlineData("max_age: 7d")]
    [InlineData("folder: ''")]
    [InlineData("limit: 5MiB")]
    public void Load_BadSpool_IsRefusedAtItsPlace(string line)
    {
        var result = Loading.Load($"spool: {{ {line} }}\nstreams:\n  a: rtsp://camera/x\n");
        Assert.Contains(result.Problems, p => p.Severity == Severity.Error && p.Key.StartsWith("spool.", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_FolderNotYetThere_IsWell_AndIsNotMade()
    {
        var finding = Check(_folder + "/new/spool");
        Assert.NotEqual(Verdict.Error, finding.Verdict);
        Assert.Contains("will be made", finding.Text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder + "/new"));
    }

    [Fact]
    public async Task Check_FolderInUse_NamesTheProcess_AndDisturbsNothing()
    {
        await using var spool = DurableSpool.Open(new SpoolSettings { Folder = _folder }, TimeProvider.System, () => true, NullLogger<DurableSpool>.Instance);
        Assert.Contains($"in use by process {Environment.ProcessId}", Check(_folder).Text, StringComparison.Ordinal);
        Assert.Equal(AppendOutcome.Durable, await spool.Append("a", DateTimeOffset.UnixEpoch, new byte[1]).Completed);
    }

    [Fact]
    public void Check_MoreThanTheDiskHas_IsAWarning()
    {
        var free = new DriveInfo(_folder).AvailableFreeSpace;
        var finding = SpoolLook.At(new SpoolSettings { Folder = _folder, MaxBytes = free * 2, MaxAge = TimeSpan.FromDays(7) }, _ => null);
        Assert.Equal(Verdict.Warning, finding.Verdict);
    }

    [Fact]
    public void Check_FolderIsAFile_IsAnErrorThatNamesIt()
    {
        File.WriteAllText(_folder + "/file", "");
        var finding = Check(_folder + "/file");
        Assert.Equal(Verdict.Error, finding.Verdict);
        Assert.Contains(_folder + "/file", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_FolderThatThisUserCannotWrite_IsAnError()
    {
        Assert.SkipUnless(Environment.UserName != "root", "root may write everywhere");
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal(Verdict.Error, Check(_folder).Verdict);
    }

    private static Finding Check(string folder) =>
        SpoolLook.At(new SpoolSettings { Folder = folder, MaxBytes = 1 << 20, MaxAge = TimeSpan.FromDays(7) }, _ => null);
}
