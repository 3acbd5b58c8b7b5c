namespace EdgePose.TestSupport;

public sealed class RepoTests
{
    [Fact]
    public void Root_HoldsTheSolution() => Assert.True(File.Exists(Path.Combine(Repo.Root, "EdgePose.sln")));

    [Fact]
    public void Shared_MissingFile_SkipsTheTest()
    {
        var e = Assert.Throws<InvalidOperationException>(() => Repo.Shared("no/such/file"));
        Assert.StartsWith("$XunitDynamicSkip$needs ../shared/no/such/file", e.Message, StringComparison.Ordinal);
    }
}
