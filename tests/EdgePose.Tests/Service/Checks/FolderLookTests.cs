using EdgePose.Service.Checks;

namespace EdgePose.Tests.Service.Checks;

public sealed class FolderLookTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgepose-look-").FullName;

    private static Finding At(string folder, long needed = 1 << 20) => FolderLook.At("record", "record.folder", folder, needed);

    [Fact]
    public void At_AFolderThatCanBeMade_IsFineAndNotMade()
    {
        var finding = At(Path.Combine(_folder, "a", "b"));
        Assert.Equal(Verdict.Ok, finding.Verdict);
        Assert.Contains("(will be made)", finding.Text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "a")));
    }

    [Theory]
    [InlineData("/proc/nope")]
    [InlineData("/sys/nope")]
    [InlineData("/dev/null/nope")]
    [InlineData("/etc/passwd")]
    public void At_APlaceWhereNothingCanBeWritten_IsAnErrorThatNamesTheKey(string folder)
    {
        var finding = At(folder);
        Assert.Equal(Verdict.Error, finding.Verdict);
        Assert.StartsWith("record.folder: ", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void At_TooLittleRoom_IsAWarning() => Assert.Equal(Verdict.Warning, At(_folder, long.MaxValue).Verdict);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
