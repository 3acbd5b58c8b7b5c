namespace EdgePose.Repository;

/// <summary>Prints figures of the source: <c>dotnet test --logger "console;verbosity=detailed"</c> shows them.</summary>
public sealed class SourceFigureTests(ITestOutputHelper output)
{
    /// <summary>Equal lines that are no accident any more.</summary>
    private const int Copied = 12;

    [Fact]
    public void Folders_FilesAndLines()
    {
        var files = SourceTree.CSharp("src/").Select(f => (Folder: Path.GetDirectoryName(f)!, Lines: SourceTree.Lines(f).Length)).ToList();
        var folders = files.GroupBy(f => f.Folder).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, Files: g.Count(), Lines: g.Sum(f => f.Lines))).ToList();
        foreach (var folder in folders) { output.WriteLine($"{folder.Key}: {folder.Files} files, {folder.Lines} lines"); }
        output.WriteLine($"src: {files.Count} files, {files.Sum(f => f.Lines)} lines");
        Assert.All(folders, f => Assert.InRange(f.Lines, 1, int.MaxValue));
    }

    [Fact]
    public void CopiedBlocks_AreCounted()
    {
        var blocks = EqualBlocks.Find(SourceTree.CSharp("src/").Select(f => (f, SourceTree.Lines(f))), Copied);
        output.WriteLine($"{blocks.Count} pairs of {Copied} equal lines or more");
        foreach (var block in blocks) { output.WriteLine(block.ToString()); }
        Assert.All(blocks, b => Assert.True(b.Lines >= Copied && b.First != b.Second, b.ToString()));
    }

    [Fact]
    public void EqualBlocks_CopyWithOtherWhiteSpace_IsFoundOnceInFullLength()
    {
        string[] original = ["a", "b  c", "", "d", "e", "own"];
        string[] copy = ["other", "  a", "\tb c", "d", "", "", "e "];
        var block = Assert.Single(EqualBlocks.Find([("x.cs", original), ("y.cs", copy)], 3));
        Assert.Equal(new EqualBlock(new("x.cs", 1), new("y.cs", 2), 4), block);
    }

    [Fact]
    public void EqualBlocks_ShorterCopies_AreNone() => Assert.Empty(EqualBlocks.Find([("x.cs", ["a", "b", "c"]), ("y.cs", ["a", "b", "d"])], 3));
}
