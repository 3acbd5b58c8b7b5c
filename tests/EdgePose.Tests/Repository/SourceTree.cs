using EdgePose.TestSupport;

namespace EdgePose.Repository;

/// <summary>The files that belong to the repository: everything but what git ignores.</summary>
internal static class SourceTree
{
    private static readonly string[] Ignored = [".git", "artifacts", "node_modules", "bin", "obj"];

    /// <summary>Paths relative to the root, with forward slashes, sorted.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Walk(new DirectoryInfo(Repo.Root)).Select(f => Path.GetRelativePath(Repo.Root, f)).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> CSharp(string folder) =>
        Files.Where(f => f.StartsWith(folder, StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Repo.Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Repo.Root, file));

    private static IEnumerable<string> Walk(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (Ignored.Contains(entry.Name) || entry.LinkTarget is not null) { continue; }
            if (entry is DirectoryInfo inner)
            {
                foreach (var file in Walk(inner)) { yield return file; }
            }
            else { yield return entry.FullName; }
        }
    }
}
