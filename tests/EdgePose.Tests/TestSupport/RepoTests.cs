namespace EdgePose.TestSupport;

public sealed class RepoTests
{
    [Fact]
    public void Root_HoldsTheSolution() => Assert.True(File.Exists(Path.Combine(Repo.Root, "EdgePose.sln")));

    [Fact]
    public void Shared_MissingFile_SkipsTheTest()
    {
        // Assert.Throws lets this exception through: xunit would report this test itself as skipped.
        string? message = null;
        try { Repo.Shared("no/such/file"); }
        catch (Xunit.Sdk.SkipException e) { message = e.Message; }
        Assert.StartsWith("$XunitDynamicSkip$needs ../shared/no/such/file", message, StringComparison.Ordinal);
    }
}
