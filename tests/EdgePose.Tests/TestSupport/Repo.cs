using Xunit;

namespace EdgePose.TestSupport;

/// <summary>Finds the repository and the optional reference data beside it.</summary>
internal static class Repo
{
    public static string Root { get; } = FindRoot();

    /// <summary>Path of a file or folder of the sibling folder <c>shared</c>; skips the test, with the reason, where it does not exist.</summary>
    public static string Shared(string relative)
    {
        var path = Path.GetFullPath(Path.Combine(Root, "..", "shared", relative));
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"needs ../shared/{relative}, which this checkout does not have");
        return path;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EdgePose.sln"))) { folder = folder.Parent; }
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
