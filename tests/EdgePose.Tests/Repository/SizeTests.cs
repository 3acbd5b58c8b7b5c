using System.Diagnostics;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using EdgePose.TestSupport;

namespace EdgePose.Repository;

/// <summary>Limits that keep the source readable in one sitting.</summary>
public sealed class SizeTests(ITestOutputHelper output)
{
    internal const int FileLimit = 400, MethodLimit = 60, DomainLimit = 1100, ProgramLimit = 40, PipelineLimit = 250;

    [Fact]
    public void SourceFiles_StayBelowTheLimit()
    {
        var files = SourceTree.CSharp("").Select(f => (File: f, Lines: SourceTree.Lines(f).Length)).ToList();
        foreach (var folder in files.GroupBy(f => string.Join('/', f.File.Split('/')[..^1].Take(2))))
        {
            output.WriteLine($"{folder.Key}: {folder.Count()} files, {folder.Sum(f => f.Lines)} lines, mean {folder.Average(f => f.Lines):0}");
        }
        Assert.All(files, f => Assert.True(f.Lines <= FileLimit, $"{f.File} has {f.Lines} lines; the limit is {FileLimit}"));
    }

    [Theory]
    [InlineData("src/EdgePose.Program/Program.cs", ProgramLimit)]
    [InlineData("src/EdgePose/Service/Pipeline.cs", PipelineLimit)]
    public void File_StaysBelowItsOwnLimit(string file, int limit)
    {
        Assert.SkipUnless(SourceTree.Files.Contains(file), $"there is no {file}");
        Assert.InRange(SourceTree.Lines(file).Length, 1, limit);
    }

    [Fact]
    public void Domain_StaysBelowItsLimit() => Assert.InRange(SourceTree.CSharp("src/EdgePose/Domain/").Sum(f => SourceTree.Lines(f).Length), 1, DomainLimit);

    [Theory]
    [InlineData("edgepose")]
    [InlineData("EdgePose.Daemon")]
    [InlineData("EdgePose.Workshop")]
    [InlineData("EdgePose.ModelTools")]
    public void Methods_StayBelowTheLimit(string assembly)
    {
        var tooLong = MethodLengths(assembly).Where(m => m.Lines > MethodLimit).Select(m => $"{m.File}:{m.First}: {m.Lines} lines").ToList();
        Assert.True(tooLong.Count == 0, $"methods above {MethodLimit} lines:\n{string.Join('\n', tooLong)}");
    }

    [Fact]
    public void MethodLengths_ThisAssembly_KnowsTheLengthOfThisMethod()
    {
        var first = new StackTrace(fNeedFileInfo: true).GetFrame(0)!.GetFileLineNumber();
        var own = Assert.Single(MethodLengths("EdgePose.Tests"), m => m.File.EndsWith("SizeTests.cs", StringComparison.Ordinal) && m.First <= first && first < m.First + m.Lines);
        Assert.InRange(own.Lines, 3, 6);
    }

    /// <summary>
    /// The lines that each method with a body spans, from the debug symbols. Constructors are left out, for they span all field
    /// initialisers, such as tables of data; and so is code that tools generated.
    /// </summary>
    private static IEnumerable<(string File, int First, int Lines)> MethodLengths(string assembly)
    {
        var path = Path.Combine(AppContext.BaseDirectory, assembly);
        using var code = new PEReader(File.OpenRead(path + ".dll"));
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(path + ".pdb"));
        var (metadata, debug) = (code.GetMetadataReader(), symbols.GetMetadataReader());
        foreach (var handle in debug.MethodDebugInformation)
        {
            var method = metadata.GetMethodDefinition(handle.ToDefinitionHandle());
            var points = debug.GetMethodDebugInformation(handle).GetSequencePoints().Where(p => !p.IsHidden).ToList();
            if (points.Count == 0 || metadata.StringComparer.Equals(method.Name, ".cctor") || metadata.StringComparer.Equals(method.Name, ".ctor")) { continue; }
            var file = Path.GetRelativePath(Repo.Root, debug.GetString(debug.GetDocument(points[0].Document).Name));
            if (!SourceTree.Files.Contains(file)) { continue; }
            yield return (file, points.Min(p => p.StartLine), points.Max(p => p.EndLine) - points.Min(p => p.StartLine) + 1);
        }
    }
}
